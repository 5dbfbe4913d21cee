namespace Stoa.Server.Hosting.Tokens;

/// <summary>Names of authorization policies. Each lets in what the one before it lets in, and more.</summary>
public static class Policies
{
    /// <summary>The flag that only a superuser or the command line gives.</summary>
    public const string Superuser = "superuser";

    /// <summary>A superuser, or role admin or super_admin.</summary>
    public const string Admin = "admin";

    /// <summary>An administrator, or role moderator.</summary>
    public const string Moderator = "moderator";

    /// <summary>An administrator, or whoever has the support desk's key (<see cref="SupportKeyHandler"/>); the caller is then the desk's own account.</summary>
    public const string SupportDesk = "support_desk";

    internal static IEnumerable<string> RolesOf(Caller caller)
    {
        if (caller.IsSuperuser)
            yield return Superuser;
        if (caller.IsAdmin)
            yield return Admin;
        if (caller.IsModerator)
            yield return Moderator;
        if (caller.IsSupportDesk)
            yield return SupportDesk;
    }

    internal static void AddPolicies(this IServiceCollection services) => services.AddAuthorizationBuilder()
        .AddPolicy(Superuser, static p => p.RequireRole(Superuser))
        .AddPolicy(Admin, static p => p.RequireRole(Admin))
        .AddPolicy(Moderator, static p => p.RequireRole(Moderator))
        .AddPolicy(SupportDesk, static p => p.AddAuthenticationSchemes(BearerHandler.SchemeName, SupportKeyHandler.SchemeName).RequireRole(Admin, SupportDesk));
}
