using System.Runtime.InteropServices;

namespace Stoa.Server.Hosting;

/// <summary>Whatever the process writes is its own account's alone, whoever made the folder and whichever library made the file (umask(2), 077).</summary>
/// <remarks>The record, its log, its journals and the logs hold what people wrote; on a machine with other accounts the default mask shows them to all. Windows has access lists instead.</remarks>
internal static class OwnerOnlyProcess
{
    // Octal 077: nothing for the group, nothing for others.
    private const uint Mask = 0b000_111_111;

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate uint SetMask(uint mask);

    public static void Begin()
    {
        if (!OperatingSystem.IsWindows() && NativeLibrary.TryLoad(OperatingSystem.IsLinux() ? "libc.so.6" : "libc", out var library) && NativeLibrary.TryGetExport(library, "umask", out var address))
            _ = Marshal.GetDelegateForFunctionPointer<SetMask>(address)(Mask);
    }
}
