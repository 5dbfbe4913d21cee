using System.Text.RegularExpressions;
using Mono.Cecil;

namespace Architecture.Rules;

/// <summary>Rights are given in one place each, and whoever changes one says so.</summary>
internal static partial class Rights
{
    private const string RoomDoor = "Stoa.Server.Realtime.RoomAccess";
    private const string SessionDoor = "Stoa.Server.Identity.OpenSession";

    private static readonly HashSet<string> Joining = new(StringComparer.Ordinal)
    {
        "Stoa.SocketIO.Namespaces.Socket::JoinAsync", "Stoa.SocketIO.Namespaces.RemoteSocket::JoinAsync", "Stoa.SocketIO.Namespaces.BroadcastTarget::SocketsJoinAsync",
    };

    // What they write is no change of rights: an account that is being made or waking, the same password hashed anew, and sockets that leave a server.
    private static readonly string[] Exempt =
    [
        "src/Stoa.Core/Accounts/User.cs", "src/Stoa.Core/Accounts/AccountRights.cs", "src/Stoa.Server/Identity/RegisterUser.cs", "src/Stoa.Server/Identity/CreateAdmin.cs",
        "src/Stoa.Server/Identity/OpenSession.cs", "src/Stoa.Server/Identity/LogIn.cs", "src/Stoa.Server/Realtime/Presence/LocalSockets.cs",
    ];

    /// <summary>A room is a permission: sockets join through the door that asks the room's rule, and asks it again.</summary>
    public static IEnumerable<string> RoomsJoinedPastTheDoor(IEnumerable<TypeDefinition> types) =>
        from type in types
        where Built.NameOf(type) != RoomDoor
        from call in Called(type)
        let name = $"{call.DeclaringType.FullName}::{call.Name}"
        where Joining.Contains(name)
        select $"{Built.NameOf(type)} calls {name}";

    /// <summary>Sessions are opened by the one conditional step.</summary>
    public static IEnumerable<string> SessionsOpenedPastTheDoor(IEnumerable<TypeDefinition> types) =>
        from type in types
        where Built.NameOf(type) != SessionDoor
        from call in Called(type)
        where call.Name == ".ctor" && call.DeclaringType.FullName == "Stoa.Core.Accounts.Session"
        select $"{Built.NameOf(type)} opens a session";

    /// <summary>Whoever writes what an account may, or what signs it in, tells AccountRights.</summary>
    public static IEnumerable<string> ChangedInSilence(IEnumerable<SourceFile> files) =>
        from file in files
        where !Exempt.Contains(file.Path) && !file.Text.Contains("AccountRights", StringComparison.Ordinal)
        from line in file.Text.Split('\n')
        where !line.TrimStart().StartsWith("//", StringComparison.Ordinal) && Change().Match(line) is { Success: true }
        select $"{file.Path} changes rights and tells nobody: {line.Trim()}";

    [GeneratedRegex(
        @"SetProperty\((\w+) => \1\.(PasswordHash|IsSuperuser|IsActive|DeactivatedAt|SuspendedUntil|MessagingBannedUntil|LeftAt|RoleId|CredentialsVersion|RightsVersion)\b"
        + @"|\.(PasswordHash|IsSuperuser|IsActive|DeactivatedAt|SuspendedUntil|MessagingBannedUntil|LeftAt)\)?\s*=[^=>]"
        + @"|UserRoles\.(Add|Remove)|UserRoles\b.*\.ExecuteDelete|\bRoles\.Remove")]
    private static partial Regex Change();

    private static IEnumerable<MethodReference> Called(TypeDefinition type) => Built.Instructions(type).Select(static i => i.Operand).OfType<MethodReference>();
}
