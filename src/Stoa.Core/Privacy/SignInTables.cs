using Stoa.Core.Accounts;

namespace Stoa.Core.Privacy;

/// <summary>How somebody signs in, and from where.</summary>
internal static class SignInTables
{
    public static readonly MarkedTable[] All =
    [
        new MarkedTable(typeof(Session), nameof(Session.UserId), OnErasure.Empty, "`Privacy:KeepEndedSessions` after its end")
            .Holds("device and network address", "showing one's sessions, noticing strange ones", nameof(Session.DeviceInfo), nameof(Session.DeviceKey), nameof(Session.IpAddress))
            .Keeps("when it was used", "ending what is not used", nameof(Session.CreatedAt), nameof(Session.UpdatedAt))
            .Plain(nameof(Session.Id), nameof(Session.UserId), nameof(Session.Surface), nameof(Session.IsActive), nameof(Session.ExpiresAt),
                nameof(Session.CredentialsVersion), nameof(Session.RefreshGeneration), nameof(Session.RefreshedAt)),
        new MarkedTable(typeof(RefreshToken), nameof(RefreshToken.UserId), OnErasure.Delete, "as its session, once spent at most `Privacy:KeepEndedSessions`")
            .Seals("refresh token", "renewing the session; a hash", nameof(RefreshToken.TokenHash))
            .Plain(
                nameof(RefreshToken.Id), nameof(RefreshToken.UserId), nameof(RefreshToken.SessionId), nameof(RefreshToken.Generation), nameof(RefreshToken.IsUsed), nameof(RefreshToken.UsedAt),
                nameof(RefreshToken.ExpiresAt), nameof(RefreshToken.CreatedAt)),
        new MarkedTable(typeof(Authenticator), nameof(Authenticator.UserId), OnErasure.Delete, PersonalData.UntilErased)
            .Seals("secret of one-time codes", "the second step; sealed", nameof(Authenticator.SealedSecret))
            .Plain(nameof(Authenticator.UserId), nameof(Authenticator.ConfirmedAt), nameof(Authenticator.CreatedAt), nameof(Authenticator.LastStep)),
        new MarkedTable(typeof(RecoveryCode), nameof(RecoveryCode.UserId), OnErasure.Delete, PersonalData.UntilErased)
            .Seals("recovery code", "the second step; a keyed hash", nameof(RecoveryCode.CodeHash))
            .Plain(nameof(RecoveryCode.Id), nameof(RecoveryCode.UserId), nameof(RecoveryCode.UsedAt)),
        new MarkedTable(typeof(Passkey), nameof(Passkey.UserId), OnErasure.Delete, PersonalData.UntilErased)
            .Holds("passkey", "signing in without a password", nameof(Passkey.Name), nameof(Passkey.Transports), nameof(Passkey.LastUsedAt))
            .Seals("passkey's key and papers", "checking its answers", nameof(Passkey.CredentialId), nameof(Passkey.PublicKey), nameof(Passkey.AttestationObject), nameof(Passkey.ClientDataJson))
            .Plain(
                nameof(Passkey.Id), nameof(Passkey.UserId), nameof(Passkey.SignCount), nameof(Passkey.IsUserVerified), nameof(Passkey.IsBackupEligible),
                nameof(Passkey.IsBackedUp), nameof(Passkey.CreatedAt)),
        new MarkedTable(typeof(SignInChallenge), nameof(SignInChallenge.UserId), OnErasure.Delete, "5 minutes")
            .Seals("token between two steps", "finishing a sign-in; a hash", nameof(SignInChallenge.TokenHash))
            .Plain(
                nameof(SignInChallenge.Id), nameof(SignInChallenge.UserId), nameof(SignInChallenge.Purpose), nameof(SignInChallenge.State), nameof(SignInChallenge.Attempts),
                nameof(SignInChallenge.CredentialsVersion), nameof(SignInChallenge.ExpiresAt)),
        new MarkedTable(typeof(PhoneVerification), nameof(PhoneVerification.UserId), OnErasure.Delete, "10 minutes")
            .Holds("telephone number", "proving it", nameof(PhoneVerification.Number))
            .Seals("code", "proving a telephone number; a keyed hash", nameof(PhoneVerification.SentCodeHash), nameof(PhoneVerification.ShownCodeHash))
            .Plain(nameof(PhoneVerification.UserId), nameof(PhoneVerification.Attempts), nameof(PhoneVerification.ExpiresAt)),
        new MarkedTable(typeof(EmailChange), nameof(EmailChange.UserId), OnErasure.Delete, "until it is proved or over, then 7 days")
            .Holds("e-mail address", "changing it, taking the change back", nameof(EmailChange.NewEmail), nameof(EmailChange.OldEmail), nameof(EmailChange.OldEmailKey), nameof(EmailChange.OldVerifiedAt))
            .Seals("mailed link", "good once; a hash", nameof(EmailChange.ProofHash), nameof(EmailChange.UndoHash))
            .Plain(
                nameof(EmailChange.Id), nameof(EmailChange.UserId), nameof(EmailChange.CreatedAt), nameof(EmailChange.ExpiresAt), nameof(EmailChange.AppliedAt), nameof(EmailChange.UndoUntil)),
        Link(typeof(PasswordReset)),
        Link(typeof(EmailVerification)),
        new MarkedTable(typeof(LogInFailures), null, OnErasure.Keep, "a day after the last wrong try")
            .Seals("name that was tried", "pauses after wrong passwords; a keyed hash", nameof(LogInFailures.NameHash))
            .Plain(nameof(LogInFailures.Id), nameof(LogInFailures.Count), nameof(LogInFailures.LastAt)),
    ];

    private static MarkedTable Link(Type link) => new MarkedTable(link, nameof(MailedLink.UserId), OnErasure.Delete, "a day after its end")
        .Holds("e-mail address", "voiding the link when the address changes", nameof(MailedLink.Email))
        .Seals("mailed link", "good once; a hash", nameof(MailedLink.TokenHash))
        .Plain(nameof(MailedLink.Id), nameof(MailedLink.UserId), nameof(MailedLink.IsUsed), nameof(MailedLink.UsedAt), nameof(MailedLink.ExpiresAt), nameof(MailedLink.CreatedAt));
}
