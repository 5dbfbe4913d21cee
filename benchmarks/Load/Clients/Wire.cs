using System.Net;
using System.Net.Sockets;

namespace Stoa.Load.Clients;

/// <summary>A TCP connection and what was received on it and not used yet.</summary>
public sealed class Wire : IDisposable
{
    private readonly Socket socket;
    private byte[] buffer = new byte[16 * 1024];
    private int start;
    private int end;

    private Wire(Socket socket) => this.socket = socket;

    /// <summary>Valid until the next <see cref="ReceiveAsync"/>.</summary>
    public ReadOnlySpan<byte> Received => buffer.AsSpan(start, end - start);

    public static async Task<Wire> OpenAsync(IPEndPoint server)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(server);
            return new Wire(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public async ValueTask SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Length > 0)
            bytes = bytes[await socket.SendAsync(bytes)..];
    }

    /// <summary>Waits until more has been received; throws when the other side has closed.</summary>
    public async ValueTask ReceiveAsync()
    {
        MakeRoom();
        var count = await socket.ReceiveAsync(buffer.AsMemory(end));
        if (count == 0)
            throw new EndOfStreamException("The server closed the connection.");
        end += count;
    }

    /// <summary>Drops what has been used from the front of <see cref="Received"/>.</summary>
    public void Advance(int count)
    {
        start += count;
        if (start == end)
            start = end = 0;
    }

    public void Dispose() => socket.Dispose();

    private void MakeRoom()
    {
        if (start > 0)
        {
            Received.CopyTo(buffer);
            end -= start;
            start = 0;
        }

        if (end == buffer.Length)
            Array.Resize(ref buffer, buffer.Length * 2);
    }
}
