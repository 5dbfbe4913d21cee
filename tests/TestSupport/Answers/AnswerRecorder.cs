using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Stoa.TestSupport.Answers;

/// <summary>
/// At the edge of every server under test: writes down what each route answers, so that it can be compared with what the API document
/// promises.
/// </summary>
/// <remarks>
/// What is refused before a route is chosen (U+0000 in the address, an encoded body, 404 and 405 of no route) belongs to no operation and
/// is left out.
/// </remarks>
internal sealed class AnswerRecorder : IStartupFilter
{
    private static readonly PathString Sockets = new("/socket.io");

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(RecordAsync);
        next(app);
    };

    private static async Task RecordAsync(HttpContext context, RequestDelegate next)
    {
        // A socket's long requests are no operations, and their bodies are not looked into for the sake of speed.
        if (context.Request.Path.StartsWithSegments(Sockets))
        {
            await next(context);
            return;
        }

        var sent = context.Response.Body;
        await using var copy = new CopiedStream(sent);
        context.Response.Body = copy;
        try
        {
            await next(context);

            // The server would write on by itself what a route left in the writer; it does not know of this one.
            if (context.Response.BodyWriter is { UnflushedBytes: > 0 } left)
                await left.FlushAsync(context.RequestAborted);
        }
        finally
        {
            context.Response.Body = sent;
        }

        Note(context, copy);
    }

    private static void Note(HttpContext context, CopiedStream copy)
    {
        // An exception takes the route from the request; the handler's feature still knows it.
        var endpoint = context.GetEndpoint() ?? context.Features.Get<IExceptionHandlerFeature>()?.Endpoint;
        if (endpoint is not RouteEndpoint route || DocumentedPath.Of(route) is not { } path)
            return;
        // The client has gone: nobody got this answer (the framework calls it 499).
        if (context.RequestAborted.IsCancellationRequested || context.Response.StatusCode == StatusCodes.Status499ClientClosedRequest)
            return;
        var type = context.Response.ContentType?.Split(';')[0].Trim() ?? "";
        RecordedAnswers.Add(context.Request.Method, path, context.Response.StatusCode, type, copy.Whole);
    }
}
