using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Stoa.SocketIO.Epoll;

/// <summary>epoll(7), as the C library has it. Linux only.</summary>
internal static unsafe partial class LibC
{
    public const uint Readable = 0x001;
    public const uint Writable = 0x004;
    public const uint Failed = 0x008;
    public const uint HungUp = 0x010;
    public const uint PeerClosed = 0x2000;
    public const uint EdgeTriggered = 1u << 31;
    public const int Interrupted = 4;

    private const int CloseOnExec = 0x80000;
    private const int Add = 1;

    // struct epoll_event is packed on x86 alone.
    private static readonly bool Packed = RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.X86;

    /// <summary>Bytes of one event.</summary>
    public static int EventSize { get; } = Packed ? 12 : 16;

    public static SafeFileHandle CreateEpoll()
    {
        var descriptor = EpollCreate(CloseOnExec);
        return descriptor >= 0 ? new SafeFileHandle(descriptor, ownsHandle: true) : throw new IOException($"epoll_create1: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    /// <summary>Asks to be told of every change of a descriptor, until it is closed.</summary>
    public static void Watch(SafeHandle epoll, SafeHandle descriptor, ulong data)
    {
        var wanted = stackalloc byte[16];
        *(uint*)wanted = Readable | Writable | PeerClosed | EdgeTriggered;
        *(ulong*)(wanted + EventSize - sizeof(ulong)) = data;
        if (EpollControl(epoll, Add, descriptor, wanted) != 0)
            throw new IOException($"epoll_ctl: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    /// <summary>Waits until something has changed; how many events were written. 0 when a signal came.</summary>
    public static int Wait(SafeHandle epoll, Span<byte> events)
    {
        int count;
        fixed (byte* first = events)
            count = EpollWait(epoll, first, events.Length / EventSize, -1);
        return count >= 0 ? count
            : Marshal.GetLastPInvokeError() == Interrupted ? 0
            : throw new IOException($"epoll_wait: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    /// <summary>One event of those <see cref="Wait"/> has written.</summary>
    public static (uint Changes, ulong Data) Event(ReadOnlySpan<byte> events, int index)
    {
        var at = events.Slice(index * EventSize, EventSize);
        return (MemoryMarshal.Read<uint>(at), MemoryMarshal.Read<ulong>(at[^sizeof(ulong)..]));
    }

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int EpollCreate(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int EpollControl(SafeHandle epoll, int operation, SafeHandle descriptor, byte* wanted);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int EpollWait(SafeHandle epoll, byte* events, int most, int timeout);
}
