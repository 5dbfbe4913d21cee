using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Architecture.Rules;

/// <summary>Calls that may not be made, or not like this.</summary>
internal static class Calls
{
    private static readonly HashSet<string> Clocks = new(StringComparer.Ordinal)
    {
        "System.DateTime::get_Now", "System.DateTime::get_UtcNow", "System.DateTime::get_Today",
        "System.DateTimeOffset::get_Now", "System.DateTimeOffset::get_UtcNow",
        "System.Environment::get_TickCount", "System.Environment::get_TickCount64",
    };

    // Where a host is put together: there the system's clock is chosen, once.
    private static readonly HashSet<string> Composition = new(StringComparer.Ordinal) { "Program", "Stoa.SocketIO.SocketIORegistration", "Stoa.SocketIO.RedisRegistration", "Stoa.SocketIO.SqlRegistration" };

    /// <summary>Time comes from the injected TimeProvider, so that tests can set it; only where a host is put together the system's is chosen.</summary>
    public static IEnumerable<string> TimeAroundTheProvider(IEnumerable<TypeDefinition> types) =>
        from type in types
        from call in MethodsCalled(type)
        let name = $"{call.DeclaringType.FullName}::{call.Name}"
        where Clocks.Contains(name) || (name == "System.TimeProvider::get_System" && !MayChooseTheClock(type))
        select $"{Built.NameOf(type)} calls {name}";

    /// <summary>Every awaited question to the database can be given up: it takes the caller's CancellationToken.</summary>
    public static IEnumerable<string> QueriesThatCannotBeCancelled(IEnumerable<TypeDefinition> types) =>
        from type in types
        from instruction in Built.Instructions(type)
        let call = instruction.Operand as MethodReference
        where call is not null && IsAsyncQuery(call) && !TakesToken(instruction, call)
        select $"{Built.NameOf(type)} calls {call.Name} without a CancellationToken";

    /// <summary>Where an address is read as such, no key of a limit is made of text: <c>ClientNetwork</c> alone says what an address counts as.</summary>
    public static IEnumerable<string> LimitsOfWholeAddresses(IEnumerable<TypeDefinition> types) =>
        from type in types.GroupBy(Built.NameOf)
        let called = type.SelectMany(MethodsCalled).ToList()
        where !Built.IsWithin(type.Key, "Stoa.Server.Hosting.Limits") && called.Exists(IsKeyOfText) && called.Exists(IsAddress)
        select $"{type.Key} makes a key of a limit where it reads an address";

    private static bool IsKeyOfText(MethodReference call) =>
        call.DeclaringType.FullName switch
        {
            "Stoa.Server.Hosting.Limits.LimitKey" => call.Name == "Named" || (call.Name == "Of" && call.Parameters.Count == 1 && call.Parameters[0].ParameterType.FullName == "System.String"),
            "Stoa.Server.Hosting.Limits.RateLimits" => call.Parameters.Any(static p => p.ParameterType.FullName == "System.String"),
            _ => false,
        };

    private static bool IsAddress(MethodReference call) => $"{call.DeclaringType.FullName}::{call.Name}" is
        "Microsoft.AspNetCore.Http.ConnectionInfo::get_RemoteIpAddress" or "Stoa.Server.Identity.Device::get_IpAddress" or "Stoa.Server.Identity.Device::get_OwnAddress"
        or "System.Net.IPAddress::ToString" or "System.Net.IPAddress::TryParse";

    private static bool MayChooseTheClock(TypeDefinition type) => Built.IsWithin(Built.NamespaceOf(type), "Stoa.Server.Cli") || Composition.Contains(Built.NameOf(type));

    private static bool IsAsyncQuery(MethodReference call) =>
        Built.IsWithin(Built.NamespaceOf(call.DeclaringType), "Microsoft.EntityFrameworkCore")
        && call.Name.EndsWith("Async", StringComparison.Ordinal)
        && call.Name is not ("DisposeAsync" or "CompileAsyncQuery")
        && Built.IsWithin(call.ReturnType.Namespace, "System.Threading.Tasks");

    /// <summary>The token is the last argument; left out, the compiler fills it with one that was just zeroed.</summary>
    private static bool TakesToken(Instruction instruction, MethodReference call)
    {
        if (call.Parameters.LastOrDefault()?.ParameterType.FullName != "System.Threading.CancellationToken")
            return false;
        var argument = instruction.Previous;
        return argument?.Operand is not MethodReference { Name: "get_None" }
            && argument?.Previous is not { OpCode.Code: Code.Initobj, Operand: TypeReference { FullName: "System.Threading.CancellationToken" } };
    }

    private static IEnumerable<MethodReference> MethodsCalled(TypeDefinition type) => Built.Instructions(type).Select(static i => i.Operand).OfType<MethodReference>();
}
