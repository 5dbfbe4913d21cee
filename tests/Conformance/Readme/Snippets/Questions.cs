using Stoa.SocketIO;

namespace Stoa.Conformance.Readme;

internal static class Questions
{
    public static void Map(Stoa.SocketIO.Namespaces.SocketIOBuilder io)
    {
        // README
        // The client asks. What a typed handler returns is the answer; or answer when and with what you like:
        io.On<int, int>("double", (socket, number, cancellation) => Task.FromResult(2 * number));
        io.On("sum", (happened, cancellation) =>
        {
            happened.Ack(happened.Args.Sum(argument => argument.As<int>()));
            return Task.CompletedTask;
        });

        // The server asks one client …
        io.On("greet me", async (happened, cancellation) =>
        {
            try
            {
                var name = await happened.Socket.EmitWithAckAsync<string>("your name?", TimeSpan.FromSeconds(5));
                happened.Ack($"Hello {name}");
            }
            catch (Exception e) when (e is TimeoutException or SocketDisconnectedException)
            {
                happened.Ack("Hello, whoever you are");
            }
        });

        // … or many. What came in time is there, and whether that is everybody.
        io.On<string, string>("vote", async (socket, question, cancellation) =>
        {
            var votes = await socket.Broadcast.EmitWithAckAsync<bool>("question", TimeSpan.FromSeconds(5), question);
            return $"{votes.Answers.Count(yes => yes)} of {votes.Answers.Count} say yes{(votes.IsComplete ? "" : ", some say nothing")}";
        });
        // end
    }
}
