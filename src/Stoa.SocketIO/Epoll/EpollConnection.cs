using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Stoa.SocketIO.Epoll;

/// <summary>
/// A connection as the web server wants it: two pipes and two loops that fill and empty them. Unlike the framework's it can be let go: what is left
/// then is the socket, without pipes, request and buffers.
/// </summary>
internal sealed class EpollConnection : DefaultConnectionContext, IConnectionSocketFeature, IMemoryPoolFeature
{
    private const int SmallestRead = 2048;
    private readonly EpollSocket _socket;
    private readonly Pipe _input;
    private readonly Pipe _output;
    private readonly IDuplexPipe _transport;
    private readonly CancellationTokenSource _closed = new();
    private readonly bool _mayLetGo;
    private Task _receiving = Task.CompletedTask;
    private Task _sending = Task.CompletedTask;
    private volatile bool _letGo;
    private Action<EpollSocket>? _owner;
    private int _ended;

    public EpollConnection(Socket socket, string id, EpollConnectionOptions options)
        : base(id)
    {
        _socket = new EpollSocket(socket);
        _mayLetGo = options.MayLetGo;
        MemoryPool = options.Pool;
        LocalEndPoint = socket.LocalEndPoint;
        RemoteEndPoint = socket.RemoteEndPoint;
        // Requests are handled on the loops, as events on WebSockets are, until they wait for something.
        _input = new Pipe(new PipeOptions(options.Pool, PipeScheduler.Inline, PipeScheduler.Inline, options.MaxReadBuffer, options.MaxReadBuffer / 2, useSynchronizationContext: false));
        _output = new Pipe(new PipeOptions(options.Pool, PipeScheduler.Inline, PipeScheduler.ThreadPool, options.MaxWriteBuffer, options.MaxWriteBuffer / 2, useSynchronizationContext: false));
        _transport = Transport = new Ends(_input.Reader, _output.Writer);
        Application = new Ends(_output.Reader, _input.Writer);
        ConnectionClosed = _closed.Token;
        Features.Set(this);
        Features.Set<IConnectionSocketFeature>(this);
        Features.Set<IMemoryPoolFeature>(this);
    }

    public MemoryPool<byte> MemoryPool { get; }

    public Socket Socket => _socket.Socket;

    /// <summary>Not when TLS or another middleware reads and writes between the request and this connection, nor when the host counts its connections.</summary>
    public bool CanLetGo => _mayLetGo && ReferenceEquals(Transport, _transport);

    public void Start()
    {
        _receiving = ReceiveAsync();
        _sending = SendAsync();
        ReadinessLoops.Shared.Watch(_socket);
    }

    /// <summary>
    /// Stops receiving: what had come by then is still to be read, and then the end. When the request that took the connection over has ended and its answer is sent, the
    /// socket is handed over, on a pool thread and without anything of the request's context.
    /// </summary>
    public void LetGo(Action<EpollSocket> owner)
    {
        _owner = owner;
        _letGo = true;
        // Not for reading: the loop sees that it is over.
        _socket.Wake();
    }

    public override void Abort(ConnectionAbortedException abortReason)
    {
        _socket.Shutdown(reset: false);
        _output.Reader.CancelPendingRead();
    }

    public override async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0)
            return;
        await _transport.Input.CompleteAsync();
        await _transport.Output.CompleteAsync();
        await _sending;
        if (!_letGo)
            _socket.Shutdown(reset: false);
        await _receiving;
        _closed.Dispose();
        if (_owner is null)
            _socket.Dispose();
        else
            ThreadPool.UnsafeQueueUserWorkItem(static x => x._owner!(x._socket), this, preferLocal: false);
        await base.DisposeAsync();
    }

    private async Task ReceiveAsync()
    {
        Exception? fault = null;
        var writer = _input.Writer;
        try
        {
            // Asked before each wait too: the edge that tells of it may be forgotten by a receive under way.
            while (!_letGo)
            {
                await _socket.WaitReadableAsync();
                if (_letGo)
                    break;
                var received = _socket.Receive(writer.GetMemory(SmallestRead).Span);
                if (received == 0)
                    break;
                if (received < 0)
                    continue;
                writer.Advance(received);
                var flushed = await writer.FlushAsync();
                if (flushed.IsCompleted || flushed.IsCanceled)
                    break;
            }
        }
        catch (IOException e)
        {
            fault = new ConnectionResetException(e.Message, e);
        }

        await writer.CompleteAsync(fault);
        if (!_letGo)
            await _closed.CancelAsync();
    }

    private async Task SendAsync()
    {
        Exception? fault = null;
        var reader = _output.Reader;
        List<ArraySegment<byte>>? pieces = null;
        try
        {
            while (true)
            {
                var read = await reader.ReadAsync();
                if (read.IsCanceled)
                    break;
                var bytes = read.Buffer;
                if (bytes.IsSingleSegment)
                    await _socket.SendAsync(bytes.First);
                else if (!bytes.IsEmpty)
                    await _socket.SendAsync(Pieces(bytes, ref pieces));
                reader.AdvanceTo(bytes.End);
                if (read.IsCompleted)
                    break;
            }
        }
        catch (IOException e)
        {
            fault = e;
        }

        await reader.CompleteAsync(fault);
        if (fault is not null)
            _socket.Shutdown(reset: false);
        _input.Writer.CancelPendingFlush();
    }

    private static List<ArraySegment<byte>> Pieces(ReadOnlySequence<byte> bytes, ref List<ArraySegment<byte>>? pieces)
    {
        pieces ??= [];
        pieces.Clear();
        foreach (var memory in bytes)
            pieces.Add(MemoryMarshal.TryGetArray(memory, out var segment) ? segment : memory.ToArray());
        return pieces;
    }

    private sealed record Ends(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
