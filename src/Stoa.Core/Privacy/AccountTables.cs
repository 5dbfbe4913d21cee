using Stoa.Core.Accounts;
using Stoa.Core.Notifications;
using Stoa.Core.Presence;

namespace Stoa.Core.Privacy;

/// <summary>Who somebody is and what the account says of them.</summary>
internal static class AccountTables
{
    public static readonly MarkedTable[] All =
    [
        // User.Erase empties the row itself: names and addresses become free, and the id stays for the messages that name it.
        new MarkedTable(typeof(User), nameof(User.Id), OnErasure.Empty, PersonalData.UntilErased)
            .Holds("name", "to be found, written to and signed in", nameof(User.Username), nameof(User.UsernameKey), nameof(User.FullName))
            .Holds("e-mail address", "signing in, mail, recovery", nameof(User.Email), nameof(User.EmailKey), nameof(User.EmailVerifiedAt))
            .Holds("telephone number", "contact, SMS once proved", nameof(User.PhoneNumber), nameof(User.ContactNumber), nameof(User.PhoneVerifiedAt))
            .Holds("what somebody says of themselves", "the profile", nameof(User.Bio))
            .Holds("when somebody was last there", "presence, for those who may see it", nameof(User.LastSeenAt))
            .Seals("password", "signing in; a bcrypt hash", nameof(User.PasswordHash))
            .Keeps("restrictions in force", "holding them", nameof(User.MessagingBannedUntil), nameof(User.SuspendedUntil))
            .Plain(
                nameof(User.Id), nameof(User.IsActive), nameof(User.IsSuperuser), nameof(User.IsSystem), nameof(User.CredentialsVersion), nameof(User.RightsVersion), nameof(User.TwoFactorSince), nameof(User.CreatedAt),
                nameof(User.UpdatedAt), nameof(User.DeactivatedAt), nameof(User.DeletedAt)),
        new MarkedTable(typeof(Profile), nameof(Profile.UserId), OnErasure.Delete, PersonalData.UntilErased)
            .Holds("name", "the profile; shown as its owner says", nameof(Profile.FirstName), nameof(Profile.LastName))
            .Holds("date of birth", "the profile; shown to its owner", nameof(Profile.BirthDate))
            .Holds("place, time zone, website", "the profile; shown as its owner says", nameof(Profile.Location), nameof(Profile.Timezone), nameof(Profile.Website))
            .Holds("interests", "the profile, suggestions", nameof(Profile.SkillsInterests), nameof(Profile.LearningGoals), nameof(Profile.PreferredDifficulty))
            .Plain(nameof(Profile.UserId), nameof(Profile.IsPrivate), nameof(Profile.HideActivity), nameof(Profile.HideSkills), nameof(Profile.HideStats)),
        new MarkedTable(typeof(UserRole), nameof(UserRole.UserId), OnErasure.Delete, PersonalData.UntilErased)
            .Holds("role", "what the account may do", nameof(UserRole.RoleId)).Plain("Id", nameof(UserRole.UserId)),
        new MarkedTable(typeof(Role), null, OnErasure.Keep, "until an administrator deletes it")
            .Plain(nameof(Role.Id), nameof(Role.Name), nameof(Role.Description), nameof(Role.CreatedAt), nameof(Role.UpdatedAt)),
        new MarkedTable(typeof(Invitation), nameof(Invitation.CreatedById), OnErasure.Keep, "until an administrator revokes it")
            .Holds("what an administrator noted", "knowing whom it was for", nameof(Invitation.Note))
            .Seals("code", "making an account", nameof(Invitation.CodeHash))
            .Plain(nameof(Invitation.Id), nameof(Invitation.CreatedById), nameof(Invitation.UsesLeft), nameof(Invitation.ExpiresAt), nameof(Invitation.CreatedAt)),
        new MarkedTable(typeof(Notification), nameof(Notification.UserId), OnErasure.Delete, "`Privacy:KeepNotifications`") { AlsoDeletedWith = [nameof(Notification.ActorId)] }
            .Holds("notice with names and beginnings of texts", "telling what happened", nameof(Notification.Payload), nameof(Notification.Topic), nameof(Notification.ActorId))
            .Holds("when it was read", "the unread count", nameof(Notification.ReadAt))
            .Plain(
                nameof(Notification.Id), nameof(Notification.UserId), nameof(Notification.CreatedAt), nameof(Notification.DedupeKey), nameof(Notification.ReferenceId),
                nameof(Notification.ReferenceType)),
        new MarkedTable(typeof(OnlineUser), nameof(OnlineUser.UserId), OnErasure.Delete, "while a socket is connected")
            .Holds("that somebody is there now", "presence", nameof(OnlineUser.UserId)).Plain(nameof(OnlineUser.NodeId)),
        new MarkedTable(typeof(PresenceNode), null, OnErasure.Keep, "while the server runs")
            .Plain(nameof(PresenceNode.Id), nameof(PresenceNode.LeaseUntil), nameof(PresenceNode.RenewedAt)),
    ];
}
