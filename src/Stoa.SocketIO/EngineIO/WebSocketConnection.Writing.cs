using System.Buffers;
using Stoa.SocketIO.Epoll;

namespace Stoa.SocketIO.EngineIO;

/// <summary>The writing half: one write at a time, on the thread that sends as long as the connection takes it.</summary>
internal sealed partial class WebSocketConnection
{
    // What gathers during a turn leaves earlier when it is as much as a socket takes at once. Until then no limit of what may wait counts: nobody has
    // been slow yet.
    private const int MostGathered = 16 * 1024;
    private const int MostFramesGathered = 64;

    /// <summary>Writes what has gathered.</summary>
    public override void OnTurnOver()
    {
        lock (_gate)
        {
            if (!_gathering)
                return;
            _gathering = false;
        }

        Write();
    }

    /// <summary>Under the gate: adds frames to those that wait. True when the caller is to <see cref="Write"/>.</summary>
    private bool MayWrite(byte[] frames)
    {
        _waiting.Add(frames);
        if (_gathering)
        {
            _gathering = _waiting.Count < MostFramesGathered && _waiting.Bytes < MostGathered;
            return !_gathering;
        }

        if (_writing)
            return false;
        _writing = true;
        _gathering = _gathers && Turn.Current?.TryWait(this) == true;
        return !_gathering;
    }

    /// <summary>Writes on the caller's thread as long as the connection takes it, then goes on when it has room again.</summary>
    private void Write()
    {
        while (TryTake(out var piece, out var rented))
        {
            try
            {
                if (Unfinished(_stream.WriteAsync(piece)) is { } writing)
                {
                    _ = FinishAsync(writing, rented);
                    return;
                }
            }
            catch (Exception e) when (IsGone(e))
            {
                Abort();
                return;
            }

            GiveBack(rented);
        }
    }

    private static Task? Unfinished(ValueTask write)
    {
        if (!write.IsCompletedSuccessfully)
            return write.AsTask();
        write.GetAwaiter().GetResult();
        return null;
    }

    private async Task FinishAsync(Task writing, byte[]? rented)
    {
        try
        {
            await writing;
            GiveBack(rented);
        }
        catch (Exception e) when (IsGone(e))
        {
            // The piece is not given back: the stream may still refer to it.
            Abort();
            return;
        }

        Write();
    }

    /// <summary>What is to be written next; false when there is nothing, and the next one who sends writes.</summary>
    private bool TryTake(out ReadOnlyMemory<byte> piece, out byte[]? rented)
    {
        lock (_gate)
        {
            if (_waiting.TryTake(out piece, out rented))
                return true;
            _writing = false;
            _written?.TrySetResult();
            return false;
        }
    }

    private static void GiveBack(byte[]? rented)
    {
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented);
    }

    private static bool IsGone(Exception e) => e is IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException;
}
