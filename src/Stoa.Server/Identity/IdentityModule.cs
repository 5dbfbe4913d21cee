using System.Text.Json.Serialization;
using Stoa.Core.Data;
using Stoa.Server.Hosting.Settings;
using Stoa.Server.Hosting.Tokens;
using Stoa.Server.Identity.Doors;

namespace Stoa.Server.Identity;

/// <summary>Accounts, sessions and tokens.</summary>
public static class IdentityModule
{
    public static IServiceCollection AddIdentityModule(this IServiceCollection services, StoaSettings settings)
    {
        var passwords = settings.Passwords;
        var threads = passwords.HashingThreads > 0 ? passwords.HashingThreads : Math.Max(1, Environment.ProcessorCount / 2);
        var refreshLifetime = settings.Tokens.RefreshLifetime;
        services.AddSingleton(_ => new PasswordHashing(passwords.BcryptRounds, threads, passwords.QueueLength));
        services.AddScoped(p => new SessionTokens(
            p.GetRequiredService<StoaDb>(), p.GetRequiredService<AccessTokens>(), p.GetRequiredService<TimeProvider>(), refreshLifetime));
        services.AddScoped<RefreshSession>();
        services.AddScoped<SessionEnding>();
        services.AddScoped<RegisterUser>();
        services.AddScoped<LogIn>();
        services.AddScoped<LogOut>();
        services.AddScoped<LogOutEverywhere>();
        services.AddScoped<ReadAccount>();
        services.AddScoped<CreateAdmin>();
        services.AddScoped<AuditTrail>();
        services.AddScoped<UpdateAccount>();
        services.AddScoped<ChangePassword>();
        services.AddScoped<ListUsers>();
        services.AddScoped<SetStanding>();
        services.AddScoped<ManageRoles>();
        services.AddScoped<ListSessions>();
        services.AddScoped<EndSession>();
        return services;
    }

    public static void MapIdentity(this IEndpointRouteBuilder routes)
    {
        routes.MapAuth();
        routes.MapUsers();
    }
}

[JsonSerializable(typeof(RegisterBody))]
[JsonSerializable(typeof(LogInBody))]
[JsonSerializable(typeof(RefreshBody))]
[JsonSerializable(typeof(AccountView))]
[JsonSerializable(typeof(Tokens))]
[JsonSerializable(typeof(Registered))]
[JsonSerializable(typeof(UpdateAccountBody))]
[JsonSerializable(typeof(PhoneBody))]
[JsonSerializable(typeof(ChangePasswordBody))]
[JsonSerializable(typeof(UpdateUserBody))]
[JsonSerializable(typeof(SuperuserBody))]
[JsonSerializable(typeof(RolesBody))]
[JsonSerializable(typeof(RoleBody))]
[JsonSerializable(typeof(RoleView))]
[JsonSerializable(typeof(List<RoleView>))]
[JsonSerializable(typeof(List<AccountView>))]
[JsonSerializable(typeof(List<SessionView>))]
public sealed partial class IdentityJson : JsonSerializerContext;
