// Code that breaks the walls between modules, in their namespaces: the rules must report it.
#pragma warning disable CA1822, CA1823, CS0169, IDE0051, IDE0052

namespace Stoa.Server.Identity.Broken
{
    internal static class OfIdentity
    {
        public static int Answer() => 42;
    }
}

namespace Stoa.Server.Messaging.Broken
{
    internal sealed class CallsAnotherModule
    {
        public int Ask() => Identity.Broken.OfIdentity.Answer();
    }

    internal sealed class CallsAnotherModuleInALambda
    {
        public static Func<int> Ask() => () => Identity.Broken.OfIdentity.Answer();
    }

    internal sealed class UsesTheSharedRooms
    {
        public Hosting.Caller? Caller { get; init; }
    }

    internal sealed class OperationThatKnowsHttp
    {
        public async Task<int> Handle(Microsoft.AspNetCore.Http.HttpContext context)
        {
            await Task.Yield();
            return context.Response.StatusCode;
        }
    }

    internal sealed class OperationThatKnowsNoDoor
    {
        public int Handle(Hosting.Caller caller) => (int)caller.UserId;
    }
}

namespace Stoa.Server.Hosting.Broken
{
    internal sealed class CallsAModule
    {
        private readonly List<Func<int>> asked = [Identity.Broken.OfIdentity.Answer];
    }
}

namespace Stoa.Server.Cli.Broken
{
    internal sealed class PutsModulesTogether
    {
        public int Ask() => Identity.Broken.OfIdentity.Answer();
    }
}
