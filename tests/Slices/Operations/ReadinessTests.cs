using Microsoft.Data.Sqlite;
using Stoa.TestSupport;
using Xunit;

namespace Slices.Operations;

public sealed class ReadinessTests
{
    [Theory, EachDatabase]
    [Requirement("S1-70")]
    public async Task A_server_with_its_database_is_ready(Database database)
    {
        using var probe = StoaServer.For(database).Stranger();

        Assert.Equal("ok", (await probe.GetAsync("/db-test")).Is(200).Body.GetProperty("status").GetString());
        var ready = (await probe.GetAsync("/health/ready")).Is(200).Body;
        Assert.Equal("healthy", ready.GetProperty("status").GetString());
        Assert.Equal(["database", "disk"], ready.GetProperty("checks").EnumerateObject().Select(static c => c.Name).Order());
        Assert.All(ready.GetProperty("checks").EnumerateObject(), static c => Assert.Equal("healthy", c.Value.GetString()));
    }

    [Theory, EachDatabase]
    [Requirement("S1-70")]
    public async Task Without_its_database_it_is_alive_and_not_ready(Database database)
    {
        await using var fresh = new FreshDatabase(database);
        await using var stoa = StoaServer.On(fresh.Target.Connection, database);
        using var probe = stoa.Stranger();
        (await probe.GetAsync("/db-test")).Is(200);

        await fresh.DisposeAsync();
        if (database == Database.Sqlite)
            SqliteConnection.ClearPool(new SqliteConnection(fresh.Target.Connection));

        var test = (await probe.GetAsync("/db-test")).Is(503);
        Assert.Equal("error", test.Body.GetProperty("status").GetString());
        var ready = (await probe.GetAsync("/health/ready")).Is(503);
        Assert.Equal("unreachable", ready.Body.GetProperty("checks").GetProperty("database").GetString());
        Assert.Equal("healthy", ready.Body.GetProperty("checks").GetProperty("disk").GetString());
        Assert.DoesNotContain("Exception", test.Text + ready.Text, StringComparison.Ordinal);
        (await probe.GetAsync("/health")).Is(200);
    }

    [Theory, EachDatabase]
    public async Task A_full_disk_is_told(Database database)
    {
        await using var stoa = StoaServer.Start(database, null, ("Data:MinimumFreeBytes", "1000000000000"));
        using var probe = stoa.Stranger();

        var ready = (await probe.GetAsync("/health/ready")).Is(503).Body;

        Assert.Equal("almost full", ready.GetProperty("checks").GetProperty("disk").GetString());
        Assert.Equal("healthy", ready.GetProperty("checks").GetProperty("database").GetString());
    }
}
