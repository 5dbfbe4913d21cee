using System.Text.Json.Serialization;
using Stoa.Core.Data;
using Stoa.Core.Moderation;
using Stoa.Server.Hosting;
using Stoa.Server.Hosting.Settings;
using Stoa.Server.Hosting.Tokens;
using Stoa.Server.Identity.Addresses;
using Stoa.Server.Identity.Doors;
using Stoa.Server.Identity.Inviting;
using Stoa.Server.Identity.Mails;
using Stoa.Server.Identity.Privacy;
using Stoa.Server.Identity.Passkeys;
using Stoa.Server.Identity.Profiles;
using Stoa.Server.Identity.Restricting;
using Stoa.Server.Identity.Throttling;
using Stoa.Server.Identity.TwoFactor;
using Stoa.Server.Mail;

namespace Stoa.Server.Identity;

/// <summary>Accounts, sessions and tokens.</summary>
public static class IdentityModule
{
    public static IServiceCollection AddIdentityModule(this IServiceCollection services, StoaSettings settings)
    {
        var passwords = settings.Passwords;
        var threads = passwords.HashingThreads > 0 ? passwords.HashingThreads : Math.Max(1, Environment.ProcessorCount / 2);
        services.AddSingleton(p => new PasswordHashing(passwords.BcryptRounds, threads, passwords.QueueLength, p.GetRequiredService<TimeProvider>()));
        services.AddSingleton(new SessionLifetimes(settings.Tokens.RefreshLifetime, settings.Tokens.LongAccessLifetime, settings.Sessions.MaxAge));
        services.AddScoped<SessionTokens>();
        services.AddScoped<OpenSession>();
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
        services.AddScoped<RenewAccess>();
        services.AddScoped<SelfAssignedRoles>();
        services.AddScoped<Superusers>();
        services.AddSingleton<PasswordRules>();
        services.AddSingleton<SignInLimits>();
        services.AddScoped<FailureLog>();
        services.AddScoped<PasswordProof>();
        services.AddAddresses();
        services.AddMails(settings);
        return services.AddTwoFactor().AddRestricting().AddProfiles();
    }

    /// <summary>What proves an address or a number, and what changes one.</summary>
    private static void AddAddresses(this IServiceCollection services) => services
        .AddScoped<ProvedEmail>()
        .AddScoped<VoidUnproved>()
        .AddScoped<ReservedAddresses>()
        .AddScoped<ChangeEmail>()
        .AddScoped<ProveNewEmail>()
        .AddScoped<UndoEmailChange>()
        .AddScoped<VerifyPhone>()
        .AddScoped<IMailKind, ProveNewEmailMail>()
        .AddScoped<IMailKind, StopEmailChangeMail>();

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
        services.AddScoped<Invitations>();
        services.AddHostedService<ForgetPersonalData>();
        services.AddScoped<EraseAccount>();
        services.AddScoped<ExportAccount>();
        services.AddScoped<DeleteOwnAccount>();
        services.AddScoped<ManageInvitations>();
        services.AddScoped<IMailKind, WelcomeMail>();
        services.AddScoped<IMailKind, VerificationMail>();
        services.AddScoped<IMailKind, PasswordResetMail>();
        services.AddScoped<IMailKind, PasswordResetDoneMail>();
        services.AddScoped<IMailKind, NewDeviceMail>();
    }

    private static IServiceCollection AddTwoFactor(this IServiceCollection services) => services
        .AddHostedService<SealAnew>()
        .AddScoped<Challenges>()
        .AddScoped<SecondFactor>()
        .AddScoped<RecoveryCodes>()
        .AddScoped<EnrolTotp>()
        .AddScoped<ConfirmTotp>()
        .AddScoped<DisableTotp>()
        .AddScoped<RenewRecoveryCodes>()
        .AddScoped<CompleteLogIn>()
        .AddScoped<PasskeyCeremony>()
        .AddScoped<ManagePasskeys>()
        .AddScoped<SignInWithPasskey>();

    private static IServiceCollection AddRestricting(this IServiceCollection services) => services
        .AddScoped<Restrictions>()
        .AddScoped<AdministratorBoundary>()
        .AddScoped<ImposeRestriction>()
        .AddScoped<LiftRestriction>()
        .AddScoped<ListRestrictions>();

    private static IServiceCollection AddProfiles(this IServiceCollection services) => services
        .AddScoped<ReadProfile>()
        .AddScoped<UpdateProfile>()
        .AddScoped<DeactivateAccount>();

    /// <summary>Routes that answer at the root and under /api.</summary>
    /// <param name="isApi">Under /api, where the marketplace has its own forms.</param>
    public static void MapIdentity(this IEndpointRouteBuilder routes, bool isApi)
    {
        if (isApi)
            routes.MapMarket();
        else
            routes.MapRootAuth();
        routes.MapAuth();
        routes.MapTwoFactor();
        routes.MapPasskeys();
        routes.MapAddresses();
        routes.MapInfluencers();
        routes.MapUsers();
        routes.MapPasswordResets();
    }

    /// <summary>Routes that answer at one place.</summary>
    public static void MapAccounts(this IEndpointRouteBuilder routes)
    {
        routes.MapPlanner();
        routes.MapProfiles();
        routes.MapRestrictionAdmin();
        routes.MapInvitationAdmin();
        routes.MapPrivacy();
        routes.MapSupport();
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
[JsonSerializable(typeof(NewEmailBody))]
[JsonSerializable(typeof(MailedTokenBody))]
[JsonSerializable(typeof(VerifyPhoneBody))]
[JsonSerializable(typeof(PhoneBegun))]
[JsonSerializable(typeof(ChangePasswordBody))]
[JsonSerializable(typeof(UpdateUserBody))]
[JsonSerializable(typeof(SuperuserBody))]
[JsonSerializable(typeof(RolesBody))]
[JsonSerializable(typeof(RoleBody))]
[JsonSerializable(typeof(RoleView))]
[JsonSerializable(typeof(List<RoleView>))]
[JsonSerializable(typeof(List<AccountView>))]
[JsonSerializable(typeof(List<SessionView>))]
[JsonSerializable(typeof(AnyRegisterBody))]
[JsonSerializable(typeof(RefreshAnyBody))]
[JsonSerializable(typeof(Renewed))]
[JsonSerializable(typeof(StringIdAccount))]
[JsonSerializable(typeof(StringIdSignIn))]
[JsonSerializable(typeof(VerifyBody))]
[JsonSerializable(typeof(Verified))]
[JsonSerializable(typeof(LogInForm))]
[JsonSerializable(typeof(FormTokens))]
[JsonSerializable(typeof(NamedAccount))]
[JsonSerializable(typeof(MfaBody))]
[JsonSerializable(typeof(MfaSignIn))]
[JsonSerializable(typeof(PasswordBody))]
[JsonSerializable(typeof(CodeBody))]
[JsonSerializable(typeof(TotpSecret))]
[JsonSerializable(typeof(RecoveryCodeList))]
[JsonSerializable(typeof(PasskeyOptions))]
[JsonSerializable(typeof(PasskeyAnswer))]
[JsonSerializable(typeof(PasskeyView))]
[JsonSerializable(typeof(List<PasskeyView>))]
[JsonSerializable(typeof(RestrictionBody))]
[JsonSerializable(typeof(Imposed))]
[JsonSerializable(typeof(RestrictionList))]
[JsonSerializable(typeof(ProfileBody))]
[JsonSerializable(typeof(PrivacyBody))]
[JsonSerializable(typeof(InvitationBody))]
[JsonSerializable(typeof(DeleteAccountBody))]
[JsonSerializable(typeof(InvitationList))]
[JsonSerializable(typeof(InvitationView))]
[JsonSerializable(typeof(ProfileAnswer))]
public sealed partial class IdentityJson : JsonSerializerContext;

/// <summary>The support desk's console writes camelCase.</summary>
[JsonSerializable(typeof(SupportBody))]
[JsonSerializable(typeof(SupportSignIn))]
public sealed partial class SupportJson : JsonSerializerContext;
