using Stoa.Core.Conversations;
using Stoa.Core.Outbox;
using Xunit;

namespace Unit.Outbox;

public sealed class OutboxEventsTests
{
    public static TheoryData<IOutboxEvent> Events =>
    [
        new MessagesAppended([new MessageRef(3, 17), new MessageRef(4, 1)]),
        new MessagesRead(3, 8, [1, 2], null, DateTimeOffset.UnixEpoch),
        new MessagesRead(3, 8, null, 17, DateTimeOffset.UnixEpoch),
        new SessionsEnded(8, [1, 2, 3]),
    ];

    [Theory]
    [MemberData(nameof(Events))]
    public void What_is_written_is_read_back(IOutboxEvent what)
    {
        var text = OutboxEvents.Write(what);

        var again = OutboxEvents.Read(OutboxEvents.NameOf(what), text);

        Assert.IsType(what.GetType(), again);
        Assert.Equal(text, OutboxEvents.Write(again!));
    }

    [Fact]
    public void An_event_of_a_newer_version_is_left_alone() => Assert.Null(OutboxEvents.Read("from.the.future", "{}"));
}
