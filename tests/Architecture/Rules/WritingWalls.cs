using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Architecture.Rules;

/// <summary>Whatever makes another person read something asks the gate, and shows what went through redaction.</summary>
internal static class WritingWalls
{
    private const string Conversation = "Stoa.Core.Conversations.Conversation";

    // What puts something before other people's eyes.
    private static readonly HashSet<string> Acts =
    [
        "Stoa.Core.Conversations.MessageLog::Append", $"{Conversation}::Direct", $"{Conversation}::Thread", $"{Conversation}::Group",
            $"{Conversation}::Support",
        $"{Conversation}::.ctor", "Stoa.Core.Conversations.Consultation::.ctor", "Stoa.Core.Conversations.Message::.ctor",
            "Stoa.Core.Conversations.Message::set_Body",
        "Stoa.Core.Conversations.MessageDraft::.ctor",
    ];

    private static readonly HashSet<string> Leave = ["Stoa.Server.Messaging.WritingGate", "Stoa.Server.Messaging.WritingPermit"];

    /// <summary>Types that show something and neither ask the gate nor hold its permit.</summary>
    public static IReadOnlyList<string> WithoutPermit(IEnumerable<TypeDefinition> types, IReadOnlyDictionary<string, string> allowed) =>
    [
        .. from type in types
           group type by Built.NameOf(type) into whole
           where !allowed.ContainsKey(whole.Key) && !whole.SelectMany(Uses.Of).Any(static t => Leave.Contains(t.FullName))
           from act in whole.SelectMany(Built.Instructions).Where(static i => i.OpCode.Code is Code.Call or Code.Callvirt or Code.Newobj)
               .Select(static i => NameOf((MethodReference)i.Operand)).Where(Acts.Contains).Distinct().Order()
           select $"{whole.Key} calls {act}",
    ];

    /// <summary>Types other than these that give permits, or say that something went through redaction.</summary>
    public static IReadOnlyList<string> Forged(IEnumerable<TypeDefinition> types) =>
    [
        .. types.Where(static t => t.BaseType?.FullName == "Stoa.Server.Messaging.WritingPermit/Issuer"
            && t.FullName != "Stoa.Server.Messaging.WritingGate").Select(static t => $"{t.FullName} gives permits"),
        .. types.Where(static t => Built.NameOf(t) != "Stoa.Server.Messaging.Redaction"
                && Built.Instructions(t).Any(static i => i.OpCode.Code == Code.Newobj
                    && NameOf((MethodReference)i.Operand) == "Stoa.Server.Messaging.Redacted::.ctor"))
            .Select(static t => $"{Built.NameOf(t)} makes Redacted"),
    ];

    private static string NameOf(MethodReference method) => $"{method.DeclaringType.FullName}::{method.Name}";
}
