using Architecture.Rules;
using Stoa.Server.Messaging.Broken;
using Xunit;

namespace Architecture;

public sealed class LiteralWallTests
{
    [Fact]
    public void Only_Realtime_and_socket_doors_name_events_and_rooms() => Assert.Empty(LiteralWalls.EventNames(Sources.Product));

    [Theory]
    [InlineData("src/Stoa.Server/Messaging/SendMessage.cs", "\"dm:message_received\"")]
    [InlineData("src/Stoa.Server/Messaging/Doors/Mailbox.cs", "$\"conversation:{id}\"")]
    [InlineData("src/Stoa.Core/Conversations/Message.cs", "\"user:\"")]
    public void An_event_or_room_named_elsewhere_is_reported(string path, string literal) =>
        Assert.Equal([$"{path} names {literal}"], LiteralWalls.EventNames([new SourceFile(path, $"using System;\n    var name = {literal};\n")]));

    [Theory]
    [InlineData("src/Stoa.Server/Messaging/Doors/DirectSocket.cs", "var name = \"dm:send_message\";")]
    [InlineData("src/Stoa.Server/Realtime/Rooms.cs", "var name = $\"user:{id}\";")]
    [InlineData("src/Stoa.Server/Messaging/SendMessage.cs", "/// announced as \"dm:message_received\"")]
    [InlineData("src/Stoa.Server/Messaging/SendMessage.cs", "var text = \"a user: somebody\";")]
    public void Realtime_socket_doors_comments_and_other_text_are_let_pass(string path, string line) =>
        Assert.Empty(LiteralWalls.EventNames([new SourceFile(path, line)]));

    [Fact]
    public void Only_Core_Data_writes_sql_and_knows_the_databases() => Assert.Empty(LiteralWalls.Sql(Built.TypesOf(Built.All)));

    [Fact]
    public void Sql_elsewhere_is_reported()
    {
        Assert.Single(LiteralWalls.Sql(Built.Fixture<WritesSql>()));
        Assert.Equal(["Stoa.Server.Messaging.Broken.NamesATable calls ToTable"], LiteralWalls.Sql(Built.Fixture<NamesATable>()));
        Assert.Equal(["Stoa.Server.Messaging.Broken.KnowsPostgres uses Npgsql.PostgresException"], LiteralWalls.Sql(Built.Fixture<KnowsPostgres>()));
    }

    [Fact]
    public void Core_Data_and_plain_english_are_let_pass()
    {
        Assert.Empty(LiteralWalls.Sql(Built.Fixture<Stoa.Core.Data.Broken.Commands>()));
        Assert.Empty(LiteralWalls.Sql(Built.Fixture<SpeaksOfSelection>()));
    }
}
