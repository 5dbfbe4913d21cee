namespace Stoa.Conformance.Readme;

internal static class EventFilters
{
    public static void Map(Stoa.SocketIO.Namespaces.SocketIOBuilder io)
    {
        // README
        io.UseEvents(async (happened, next, cancellation) =>
        {
            if (happened.Name.StartsWith("admin:", StringComparison.Ordinal) && !happened.Socket.User.IsInRole("admin"))
                happened.Ack(new { error = "forbidden" });      // the handler is not called
            else
                await next();
        });
        io.OnBadPayload(async (happened, problem, cancellation) => await happened.AckAsync(new { error = "bad payload" }));
        io.OnError(async (happened, fault, cancellation) => await happened.AckAsync(new { error = "failed" }));    // it is in the log already
        // end
    }
}
