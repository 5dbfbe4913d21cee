using System.Net;
using Stoa.Server.Hosting.Limits;
using Xunit;

namespace Unit.Limits;

public sealed class ClientNetworkTests
{
    [Theory]
    [InlineData("203.0.113.7", "203.0.113.7", true)]
    [InlineData("::ffff:203.0.113.7", "203.0.113.7", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2::/64", true)]
    [InlineData("2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64", true)]
    [InlineData("2001:db8:1:3::1", "2001:db8:1:3::/64", true)]
    [InlineData("fe80::1%eth0", "fe80::/64", true)]
    [InlineData("127.0.0.1", "loopback", false)]
    [InlineData("127.9.9.9", "loopback", false)]
    [InlineData("::1", "loopback", false)]
    [InlineData("::ffff:127.0.0.1", "loopback", false)]
    [InlineData("not an address", "unknown", false)]
    [InlineData("", "unknown", false)]
    [InlineData(null, "unknown", false)]
    public void An_address_counts_as_its_network(string? address, string network, bool isCounted)
    {
        var found = ClientNetwork.Of(address);

        Assert.Equal((network, isCounted), (found.ToString(), found.IsCounted));
    }

    [Fact]
    public void The_same_network_is_one_key_and_another_is_not()
    {
        static LimitKey Key(string address) => LimitKey.Of(ClientNetwork.Of(IPAddress.Parse(address)));

        Assert.Equal(Key("2001:db8:1:2::1"), Key("2001:db8:1:2:3:4:5:6"));
        Assert.Equal(Key("::ffff:203.0.113.7"), Key("203.0.113.7"));
        Assert.NotEqual(Key("2001:db8:1:2::1"), Key("2001:db8:1:3::1"));
        Assert.NotEqual(Key("203.0.113.7"), Key("203.0.113.8"));
        Assert.NotEqual(LimitKey.Account(7), LimitKey.Named("7"));
        Assert.NotEqual(LimitKey.Of("ana", ClientNetwork.Of("127.0.0.1")), LimitKey.Of("ana", ClientNetwork.Of("203.0.113.7")));
    }
}
