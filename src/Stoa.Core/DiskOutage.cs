namespace Stoa.Core;

/// <summary>Tells a disk that takes or gives nothing for now from a fault of ours.</summary>
public static class DiskOutage
{
    // The runtime hands on the operating system's number as HResult: errno (IO, NOSPC, ROFS, DQUOT on Linux and on the BSDs), and Windows' codes of the same.
    private const int UnixReadOnly = 30;
    private const int WindowsReadOnly = unchecked((int)0x80070013);
    private static readonly int[] Numbers = [5, 28, UnixReadOnly, 122, 69, unchecked((int)0x80070070), unchecked((int)0x80070027), WindowsReadOnly];

    /// <summary>True when the same may succeed once there is room on the disk, or it is well again: full, over a quota, read-only, failing.</summary>
    public static bool Is(Exception? fault)
    {
        for (; fault is not null; fault = fault.InnerException)
        {
            if (fault is IOException && Numbers.Contains(fault.HResult))
                return true;
        }

        return false;
    }

    /// <summary>True when somebody must change how the disk is mounted: waiting alone brings nothing.</summary>
    public static bool IsReadOnly(IOException fault) => fault.HResult is UnixReadOnly or WindowsReadOnly;
}
