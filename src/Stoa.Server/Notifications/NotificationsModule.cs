using Stoa.Server.Notifications.Doors;

namespace Stoa.Server.Notifications;

/// <summary>What an account should know, kept until it is read and deleted. Who causes a notification writes it beside its cause.</summary>
public static class NotificationsModule
{
    public static IServiceCollection AddNotificationsModule(this IServiceCollection services)
    {
        services.AddScoped<ListNotifications>();
        services.AddScoped<CountUnreadNotifications>();
        services.AddScoped<MarkNotificationsRead>();
        services.AddScoped<DeleteNotification>();
        return services;
    }

    public static void MapNotifications(this IEndpointRouteBuilder routes) => routes.MapMarketplaceNotifications();
}
