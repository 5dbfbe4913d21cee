using System.Text.Json.Serialization;
using Stoa.Server.Hosting.Settings;

namespace Stoa.Server.Realtime;

/// <summary>Emits events to rooms from outside a socket handler.</summary>
public sealed class Announcer
{
    public Task ToConversationAsync<T>(long id, string name, T payload, CancellationToken cancellation) => Task.CompletedTask;
    public Task ToUserAsync<T>(long id, string name, T payload, CancellationToken cancellation) => Task.CompletedTask;
}

public static class RealtimeServices
{
    public static IServiceCollection AddRealtime(this IServiceCollection services, StoaSettings settings) => services.AddSingleton<Announcer>();
}

[JsonSerializable(typeof(string))]
public sealed partial class RealtimeJson : JsonSerializerContext;
