using Stoa.Core;
using Xunit;

namespace Unit.Data;

/// <summary>What a disk says, as the runtime hands it on.</summary>
public sealed class DiskOutageTests
{
    [Fact]
    public void A_device_that_is_full_is_an_outage_and_no_fault_of_ours()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "there is no /dev/full here");
        using var full = new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);

        var fault = Assert.ThrowsAny<IOException>(() => full.Write(new byte[10]));

        Assert.True(DiskOutage.Is(fault));
        Assert.True(DiskOutage.Is(new InvalidOperationException("around it", fault)));
        Assert.False(DiskOutage.IsReadOnly(fault));
    }

    [Fact]
    public void Other_faults_with_files_are_none()
    {
        Assert.False(DiskOutage.Is(null));
        Assert.False(DiskOutage.Is(new IOException("The network is gone.")));
        Assert.False(DiskOutage.Is(Assert.ThrowsAny<IOException>(static () => File.ReadAllBytes("/nowhere/at/all"))));
        Assert.False(DiskOutage.Is(Assert.ThrowsAny<IOException>(static () => File.Move("/nowhere/at/all", "/nowhere/else"))));
    }
}
