using System.Runtime.InteropServices;

namespace Stoa.Server.Identity;

/// <summary>Lets the calling thread stand behind the others when the processors are busy (setpriority(2); on Linux it holds for one thread).</summary>
/// <remarks><see cref="Thread.Priority"/> does nothing on Linux. Elsewhere this does nothing.</remarks>
internal static class ThreadNiceness
{
    private const int Process = 0;
    private const int CallingThread = 0;

    // 19 is the least; 10 still gets a tenth of a busy processor, so that log-ins go on.
    private const int Nice = 10;

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int SetPriority(int which, int who, int priority);

    public static void Lower()
    {
        if (OperatingSystem.IsLinux() && NativeLibrary.TryLoad("libc.so.6", out var library) && NativeLibrary.TryGetExport(library, "setpriority", out var address))
            _ = Marshal.GetDelegateForFunctionPointer<SetPriority>(address)(Process, CallingThread, Nice);
    }
}
