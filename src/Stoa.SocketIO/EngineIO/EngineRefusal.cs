using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Stoa.SocketIO.EngineIO;

/// <summary>A request the engine does not take, with the error code of the reference server (Engine.IO 4, "Handshake").</summary>
internal sealed record EngineRefusal(int Code, string Message)
{
    public static readonly EngineRefusal UnknownTransport = new(0, "Transport unknown");
    public static readonly EngineRefusal UnknownSession = new(1, "Session ID unknown");
    public static readonly EngineRefusal BadHandshakeMethod = new(2, "Bad handshake method");
    public static readonly EngineRefusal BadRequest = new(3, "Bad request");
    public static readonly EngineRefusal UnsupportedVersion = new(5, "Unsupported protocol version");
    public static readonly EngineRefusal ShuttingDown = new(3, "Server shutting down");

    public static EngineRefusal Forbidden(string message) => new(4, message.Length == 0 ? "Forbidden" : message);

    /// <summary>Answers the request. A WebSocket handshake gets a plain 400 and its connection is closed; others get JSON, 403 for code 4.</summary>
    public Task WriteAsync(HttpContext context, bool upgrade)
    {
        var response = context.Response;
        response.StatusCode = Code == 4 && !upgrade ? StatusCodes.Status403Forbidden : StatusCodes.Status400BadRequest;
        byte[] body;
        if (upgrade)
        {
            response.Headers.Connection = "close";
            response.ContentType = "text/html";
            body = Encoding.UTF8.GetBytes(Message);
        }
        else
        {
            response.ContentType = "application/json";
            body = Encoding.UTF8.GetBytes($$"""{"code":{{Code}},"message":"{{JsonEncodedText.Encode(Message, Packets.JsonText.Encoder)}}"}""");
        }

        response.ContentLength = body.Length;
        return response.Body.WriteAsync(body, 0, body.Length);
    }
}
