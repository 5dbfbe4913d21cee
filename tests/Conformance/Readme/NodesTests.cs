using System.Text.Json;
using Stoa.Conformance.Redis;
using Stoa.Conformance.Sql;

namespace Stoa.Conformance.Readme;

/// <summary>The programs in the READMEs of the Redis and SQL packages, as two nodes.</summary>
public sealed class NodesTests
{
    [Fact]
    public async Task Two_nodes_at_one_Redis_are_one_server()
    {
        await using var redis = await RedisServer.StartAsync();
        await AreOneAsync(OverRedis.Run, $"--ConnectionStrings:Redis={redis.Address}");
    }

    [Fact]
    public async Task A_Node_program_emits_to_clients_of_this_server()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var server = await RunningProgram.StartAsync(OverRedis.Run, $"--ConnectionStrings:Redis={redis.Address}");
        await using var client = await server.ConnectAsync();
        var program = Pages.Blocks("Stoa.SocketIO.Redis", "js").Single().Replace("127.0.0.1:6379", redis.Address, StringComparison.Ordinal);
        await Node.RunAsync("--input-type=module", "-e", program);

        Assert.Equal("""42["said","from Node.js"]""", await client.TextAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Two_nodes_at_one_database_are_one_server(bool postgres)
    {
        var connection = $"--ConnectionStrings:Sockets={(postgres ? Store.NewDatabase() : Store.New(postgres: false)).Connection}";
        await AreOneAsync(postgres ? OverPostgres.Run : OverSqlite.Run, connection);
    }

    private static async Task AreOneAsync(Action<string[]> program, string setting)
    {
        await using var here = await RunningProgram.StartAsync(program, setting);
        await using var there = await RunningProgram.StartAsync(program, setting);
        await using var speaker = await there.ConnectAsync();
        var client = await here.ConnectAsync();
        await speaker.SendAsync("""42["say","hi"]""");
        var said = JsonElement.Parse((await client.TextAsync())[2..]);
        Assert.Equal(("said", "hi"), (said[0].GetString(), said[1].GetString()));
        Assert.StartsWith("""42["said","hi",""", await speaker.TextAsync());

        var (back, missed) = await here.LoseAndReturnAsync(client, said[2].GetString()!, () => here.IO.EmitAsync("missed").AsTask(), there);
        await using var _ = back;
        Assert.Equal(client.Sid, back.Sid);
        Assert.StartsWith("""42["missed",""", Assert.Single(missed));
    }
}
