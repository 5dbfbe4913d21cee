using System.Linq.Expressions;
using Stoa.Core.Accounts;

namespace Stoa.Server.Realtime.Presence;

/// <summary>Whose presence nobody else sees.</summary>
internal static class WhoSeesPresence
{
    /// <summary>A private profile shows the name and nothing else; hidden activity hides this one too.</summary>
    public static readonly Expression<Func<Profile, bool>> Hides = static p => p.IsPrivate || p.HideActivity;
}
