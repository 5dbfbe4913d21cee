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
