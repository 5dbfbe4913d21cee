using System.Buffers;
using Stoa.SocketIO.EngineIO;

namespace Stoa.Conformance.EngineIO;

/// <summary>Frames leave in the order in which they came, many at once, and are counted until they leave.</summary>
public sealed class WaitingFramesTests
{
    [Fact]
    public void One_alone_leaves_as_it_is()
    {
        var waiting = default(WaitingFrames);
        byte[] frame = [1, 2, 3];
        waiting.Add(frame);
        Assert.Equal((1, 3), (waiting.Count, waiting.Bytes));

        Assert.True(waiting.TryTake(out var piece, out var rented));
        Assert.True(piece.Equals(frame));
        Assert.Null(rented);
        Assert.Equal((0, 0), (waiting.Count, waiting.Bytes));
        Assert.False(waiting.TryTake(out _, out _));
    }

    [Theory]
    [InlineData(2, 10)]
    [InlineData(9, 10_000)]
    [InlineData(3, 65_000)]
    [InlineData(3, 200_000)]
    [InlineData(1000, 130)]
    public void Many_leave_in_order_and_in_as_few_pieces_as_their_size_allows(int count, int size)
    {
        var waiting = default(WaitingFrames);
        var random = new Random(1);
        using var expected = new MemoryStream();
        for (var i = 0; i < count; i++)
        {
            var frame = new byte[size];
            random.NextBytes(frame);
            waiting.Add(frame);
            expected.Write(frame);
        }

        Assert.Equal((count, count * size), (waiting.Count, waiting.Bytes));
        using var taken = new MemoryStream();
        var pieces = 0;
        while (waiting.TryTake(out var piece, out var rented))
        {
            taken.Write(piece.Span);
            Assert.Equal((count * size) - taken.Length, waiting.Bytes);
            Assert.InRange(piece.Length, 1, Math.Max(size, 128 * 1024));
            if (rented is not null)
                ArrayPool<byte>.Shared.Return(rented);
            pieces++;
        }

        Assert.Equal(expected.ToArray(), taken.ToArray());
        Assert.InRange(pieces, 1, Math.Max(1, count * size / (32 * 1024)) + 1);
    }

    [Fact]
    public void Cleared_nothing_waits()
    {
        var waiting = default(WaitingFrames);
        waiting.Add([1]);
        waiting.Add([2]);
        waiting.Clear();

        Assert.Equal((0, 0), (waiting.Count, waiting.Bytes));
        Assert.False(waiting.TryTake(out _, out _));
    }
}
