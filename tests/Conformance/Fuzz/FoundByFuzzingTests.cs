using Microsoft.Extensions.Logging;

namespace Stoa.Conformance.Fuzz;

/// <summary>What fuzzing found, each with the packet that did it.</summary>
public sealed class FoundByFuzzingTests
{
    [Theory]
    [InlineData("""451-["bin",{"_placeholder":true,"num":0},{"\ud800_placeholder_":1}]""")]
    [InlineData("""451-["bin",{"a":{"\udc00_placeholder":true}}]""")]
    public async Task A_lone_surrogate_in_a_members_name_is_no_fault(string packet)
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await server.ConnectAsync();

        await client.SendAsync(packet);
        await client.SendAsync([1]);

        await client.NothingPendingAsync();
        Assert.DoesNotContain(server.Log.Entries, static e => e.Level >= LogLevel.Error);
    }
}
