using Architecture.Fixtures;
using Architecture.Rules;
using Xunit;

namespace Architecture;

public sealed class RightsTests
{
    [Fact]
    public void Sockets_join_rooms_through_the_door_that_asks_the_rooms_rule() => Assert.Empty(Rights.RoomsJoinedPastTheDoor(Built.TypesOf(Built.Server)));

    [Fact]
    public void A_socket_that_joins_by_itself_is_reported()
    {
        Assert.Equal(["Architecture.Fixtures.JoinsByItself calls Stoa.SocketIO.Namespaces.Socket::JoinAsync"], Rights.RoomsJoinedPastTheDoor(Built.Fixture<JoinsByItself>()));
        Assert.Equal(
            ["Architecture.Fixtures.MakesOthersJoin calls Stoa.SocketIO.Namespaces.BroadcastTarget::SocketsJoinAsync"], Rights.RoomsJoinedPastTheDoor(Built.Fixture<MakesOthersJoin>()));
    }

    [Fact]
    public void Sessions_are_opened_in_one_place() => Assert.Empty(Rights.SessionsOpenedPastTheDoor(Built.TypesOf(Built.Core, Built.Server)));

    [Fact]
    public void Another_way_in_is_reported() => Assert.Equal(["Architecture.Fixtures.OpensASession opens a session"], Rights.SessionsOpenedPastTheDoor(Built.Fixture<OpensASession>()));

    [Fact]
    public void Whoever_changes_rights_says_so() => Assert.Empty(Rights.ChangedInSilence(Sources.Product));

    [Theory]
    [InlineData("await db.Users.ExecuteUpdateAsync(u => u.SetProperty(x => x.PasswordHash, hash), cancellation);")]
    [InlineData("p.SetProperty(x => x.LeftAt, now)")]
    [InlineData("user.IsSuperuser = true;")]
    [InlineData("(user.IsActive, user.DeactivatedAt) = (false, null)")]
    [InlineData("db.UserRoles.Add(new UserRole());")]
    [InlineData("await db.UserRoles.Where(r => r.UserId == id).ExecuteDeleteAsync(cancellation);")]
    public void A_change_in_silence_is_reported(string line)
    {
        Assert.Single(Rights.ChangedInSilence([new SourceFile("src/Stoa.Server/Identity/Broken.cs", line)]));
        Assert.Empty(Rights.ChangedInSilence([new SourceFile("src/Stoa.Server/Identity/Whole.cs", $"class Whole(AccountRights rights);\n{line}")]));
    }

    [Theory]
    [InlineData("where user.IsActive == true")]
    [InlineData("// user.IsSuperuser = true;")]
    [InlineData("db.UserRoles.Where(r => r.UserId == id)")]
    public void Asking_is_let_pass(string line) => Assert.Empty(Rights.ChangedInSilence([new SourceFile("src/Stoa.Server/Identity/Asks.cs", line)]));
}
