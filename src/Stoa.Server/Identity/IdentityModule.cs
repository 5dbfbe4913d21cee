using System.Text.Json.Serialization;
using Stoa.Core.Data;
using Stoa.Server.Hosting.Settings;
using Stoa.Server.Hosting.Tokens;
using Stoa.Server.Identity.Doors;
using Stoa.Server.Identity.Mails;
using Stoa.Server.Mail;

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
            p.GetRequiredService<StoaDb>(), p.GetRequiredService<AccessTokens>(), p.GetRequiredService<OutgoingMail>(), p.GetRequiredService<TimeProvider>(), refreshLifetime));
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
        services.AddMails(settings);
        return services;
    }

    /// <summary>What is done by mail: forgotten passwords, verified addresses, news of strange sign-ins.</summary>
    private static void AddMails(this IServiceCollection services, StoaSettings settings)
    {
        services.AddSingleton(settings.PasswordReset);
        services.AddScoped<MailedLinks>();
        services.AddSingleton<ResetTokenLimit>();
        services.AddScoped<ForgotPassword>();
        services.AddScoped<ResetPassword>();
        services.AddScoped<ReadResetToken>();
        services.AddScoped<ManageResetTokens>();
        services.AddScoped<VerifyEmail>();
        services.AddHostedService<ForgetOldLinks>();
        services.AddScoped<IMailKind, WelcomeMail>();
        services.AddScoped<IMailKind, VerificationMail>();
        services.AddScoped<IMailKind, PasswordResetMail>();
        services.AddScoped<IMailKind, PasswordResetDoneMail>();
        services.AddScoped<IMailKind, NewDeviceMail>();
    }

    public static void MapIdentity(this IEndpointRouteBuilder routes)
    {
        routes.MapAuth();
        routes.MapUsers();
        routes.MapPasswordResets();
    }
}

[JsonSerializable(typeof(ForgotPasswordBody))]
[JsonSerializable(typeof(ResetPasswordBody))]
[JsonSerializable(typeof(ResetTokenBody))]
[JsonSerializable(typeof(SaidSo))]
[JsonSerializable(typeof(ResetTokenView))]
[JsonSerializable(typeof(ResetTokens))]
[JsonSerializable(typeof(TokensRemoved))]
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
