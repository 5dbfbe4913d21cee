using Stoa.SocketIO;
using Stoa.SocketIO.Namespaces;
using Stoa.SocketIO.Packets;
using Stoa.SocketIO.Recovery;

namespace Stoa.Conformance.Clients;

/// <summary>The JavaScript clients against this server.</summary>
public sealed class NodeClientTests
{
    /// <summary>What the scripts and the .NET client expect to find.</summary>
    internal static void Events(SocketIOBuilder io)
    {
        io.OnConnection(async (socket, _) => await socket.EmitAsync("auth", socket.Handshake.Auth));
        io.On("message", async (e, _) => await e.Socket.EmitArgsAsync("message-back", [.. e.Args]));
        io.On("message-with-ack", (e, _) =>
        {
            e.AckArgs([.. e.Args]);
            return Task.CompletedTask;
        });
        io.On("ask-me", async (e, _) =>
        {
            var answer = await e.Socket.EmitWithAckAsync<SocketArguments>("question", TimeSpan.FromSeconds(10), e.Args[0], new byte[] { 7 });
            e.AckArgs([.. answer]);
        });
        io.Of("/custom").OnConnection(async (socket, _) => await socket.EmitAsync("auth", socket.Handshake.Auth));
        io.Of("/custom").On("kick-me", async (e, _) => await e.Socket.DisconnectAsync());
        io.Of("/refused").Use((_, _, _) => throw new SocketRefusedException("not you", new { Code = 7 }));
    }

    public static TheoryData<string, string> Clients => new MatrixTheoryData<string, string>(["socket.io-client", "socket.io-client-3"], ["polling", "websocket", "polling,websocket"]);

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task A_JavaScript_client_can_do_everything(string client, string transports)
    {
        await using var server = await TestServer.StartAsync(Events, o => o.PingInterval = TimeSpan.FromMilliseconds(500));
        await Node.RunAsync("basics.mjs", server.Address.ToString().TrimEnd('/'), client, transports);
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task A_JavaScript_client_that_was_cut_off_comes_back_and_where_it_knows_how_with_what_it_missed(string client, string transports)
    {
        await using var server = await TestServer.StartAsync(
            io =>
            {
                io.On<int>("count", async (socket, n, _) => await socket.EmitAsync("n", n));
                io.On("done", async (e, _) => await e.Socket.EmitAsync("done"));
                io.On<int>("count-when-i-am-gone", (socket, n, cancellation) =>
                {
                    _ = WhenGoneAsync(socket, n);
                    return Task.CompletedTask;
                });
            },
            o => o.Recovery = new RecoveryOptions());
        await Node.RunAsync("reconnect.mjs", server.Address.ToString().TrimEnd('/'), client, transports);

        static async Task WhenGoneAsync(Socket socket, int n)
        {
            await Wait.Until(() => !socket.IsConnected);
            await socket.Namespace.To(socket.Id).EmitAsync("n", n);
            await socket.Namespace.To(socket.Id).EmitAsync("n", n + 1);
        }
    }
}
