using System.Text.Json.Serialization;
using Stoa.Server.Moderation.Doors;

namespace Stoa.Server.Moderation;

/// <summary>What people report, and what becomes of it.</summary>
public static class ModerationModule
{
    public static IServiceCollection AddModerationModule(this IServiceCollection services)
    {
        services.AddScoped<OpenTicket>();
        services.AddScoped<ListTickets>();
        services.AddScoped<EditTicket>();
        services.AddScoped<AnswerTicket>();
        return services;
    }

    /// <summary>Routes that answer at the root and under /api.</summary>
    public static void MapModeration(this IEndpointRouteBuilder routes) => routes.MapTickets();
}

[JsonSerializable(typeof(OpenTicketBody))]
[JsonSerializable(typeof(EditTicketBody))]
[JsonSerializable(typeof(CommentTicketBody))]
[JsonSerializable(typeof(ResolveTicketBody))]
[JsonSerializable(typeof(TicketView))]
[JsonSerializable(typeof(List<TicketView>))]
public sealed partial class TicketsJson : JsonSerializerContext;
