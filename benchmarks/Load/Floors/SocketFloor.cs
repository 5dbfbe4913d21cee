using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace Stoa.Load.Floors;

/// <summary>
/// The least a server over TCP can do here: one thread, epoll, one recv per readable socket, one send per receiver for all that one turn of the loop brought,
/// bytes made beforehand. It looks like a Socket.IO server to the generator, because each client's first two messages are answered as a handshake; nothing is
/// parsed, masked or kept in order.
/// </summary>
/// <remarks>Linux only. A process of its own (<c>Stoa.Load socket-floor PORT</c>), so that its CPU seconds are its own.</remarks>
internal static unsafe partial class SocketFloor
{
    private const int Stream = 1;
    private const int Internet = 2;
    private const int SocketLevel = 1;
    private const int ReuseAddress = 2;
    private const int TcpLevel = 6;
    private const int NoDelay = 1;
    private const int AddEvent = 1;
    private const uint Readable = 1;
    private const int Backlog = 1024;
    private const int NoSignal = 0x4000;
    private static readonly byte[] Switch = [.. "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ICX+Yqv66kxgM0FcWaLWlFLwTAI=\r\n\r\n"u8, .. Frame("0{\"sid\":\"floor\",\"upgrades\":[],\"pingInterval\":25000,\"pingTimeout\":20000,\"maxPayload\":1000000}")];
    private static readonly byte[] Connected = Frame("40{\"sid\":\"floor\"}");
    private static readonly byte[] Joined = Frame("430[true]");
    private static readonly byte[] Echoed = Frame("43123[{\"text\":\"a message of the usual length\"}]");

    public static int Run(int port)
    {
        var listener = Listen(port);
        var poll = epoll_create1(0);
        Watch(poll, listener);
        var steps = new Dictionary<int, int>();
        var members = new List<int>();
        var said = new List<byte>();
        var events = stackalloc Event[256];
        var buffer = stackalloc byte[16384];
        while (true)
        {
            var ready = epoll_wait(poll, events, 256, -1);
            for (var i = 0; i < ready; i++)
            {
                var socket = (int)events[i].Data;
                if (socket == listener)
                {
                    socket = accept(listener, null, null);
                    var yes = 1;
                    _ = setsockopt(socket, TcpLevel, NoDelay, &yes, sizeof(int));
                    steps[socket] = 0;
                    Watch(poll, socket);
                    continue;
                }

                var length = (int)recv(socket, buffer, 16384, 0);
                if (length > 0)
                    Answer(socket, new Span<byte>(buffer, length), steps, members, said);
                else
                    Forget(socket, steps, members);
            }

            SendAll(members, said);
        }
    }

    private static void SendAll(List<int> members, List<byte> said)
    {
        if (said.Count == 0)
            return;
        var frames = said.ToArray();
        said.Clear();
        foreach (var member in members)
            Send(member, frames);
    }

    private static void Answer(int socket, Span<byte> message, Dictionary<int, int> steps, List<int> members, List<byte> said)
    {
        var step = steps[socket];
        if (step < 2)
        {
            Send(socket, step == 0 ? Switch : Connected);
            steps[socket] = step + 1;
            return;
        }

        // Frames of the generator: two bytes of head (four when long), a mask of zeros, then the text as it is. Several may have come together.
        while (message.Length > 6)
        {
            var isLong = (message[1] & 0x7F) == 126;
            var start = isLong ? 8 : 6;
            var end = start + (isLong ? (message[2] << 8) | message[3] : message[1] & 0x7F);
            Answer(socket, message[start..end], members, said);
            message = message[end..];
        }
    }

    private static void Answer(int socket, Span<byte> text, List<int> members, List<byte> said)
    {
        if (text.StartsWith("420[\"join\""u8))
        {
            members.Add(socket);
            Send(socket, Joined);
        }
        else if (text.StartsWith("42[\"say\""u8))
        {
            var data = text[text.IndexOf("{\"t\""u8)..^2];
            said.AddRange(Frame($"42[\"said\",{Encoding.UTF8.GetString(data)}]"));
        }
        else
        {
            Send(socket, Echoed);
        }
    }

    private static void Forget(int socket, Dictionary<int, int> steps, List<int> members)
    {
        steps.Remove(socket);
        members.Remove(socket);
        _ = close(socket);
    }

    private static void Send(int socket, byte[] bytes)
    {
        fixed (byte* first = bytes)
            _ = send(socket, first, (nuint)bytes.Length, NoSignal);
    }

    private static int Listen(int port)
    {
        var listener = socket(Internet, Stream, 0);
        var yes = 1;
        _ = setsockopt(listener, SocketLevel, ReuseAddress, &yes, sizeof(int));
        // sockaddr_in: family, port in network order, 127.0.0.1.
        var address = stackalloc byte[16] { Internet, 0, (byte)(port >> 8), (byte)port, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0 };
        if (bind(listener, address, 16) != 0 || listen(listener, Backlog) != 0)
            throw new UnreachableException("The port is taken.");
        return listener;
    }

    private static void Watch(int poll, int socket)
    {
        var wanted = new Event { Events = Readable, Data = (ulong)socket };
        _ = epoll_ctl(poll, AddEvent, socket, &wanted);
    }

    private static byte[] Frame(string text)
    {
        var payload = Encoding.UTF8.GetBytes(text);
        return payload.Length < 126
            ? [0x81, (byte)payload.Length, .. payload]
            : [0x81, 126, (byte)(payload.Length >> 8), (byte)payload.Length, .. payload];
    }

    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    private struct Event
    {
        public uint Events;
        public ulong Data;
    }

#pragma warning disable SYSLIB1054, CA2101, IDE1006 // The C library's own names.
    [DllImport("libc")]
    private static extern int socket(int domain, int type, int protocol);

    [DllImport("libc")]
    private static extern int setsockopt(int socket, int level, int name, void* value, uint length);

    [DllImport("libc")]
    private static extern int bind(int socket, void* address, uint length);

    [DllImport("libc")]
    private static extern int listen(int socket, int backlog);

    [DllImport("libc")]
    private static extern int accept(int socket, void* address, void* length);

    [DllImport("libc")]
    private static extern nint recv(int socket, byte* buffer, nuint length, int flags);

    [DllImport("libc")]
    private static extern nint send(int socket, byte* buffer, nuint length, int flags);

    [DllImport("libc")]
    private static extern int close(int socket);

    [DllImport("libc")]
    private static extern int epoll_create1(int flags);

    [DllImport("libc")]
    private static extern int epoll_ctl(int poll, int operation, int socket, Event* wanted);

    [DllImport("libc")]
    private static extern int epoll_wait(int poll, Event* events, int most, int timeout);
#pragma warning restore SYSLIB1054, CA2101, IDE1006
}
