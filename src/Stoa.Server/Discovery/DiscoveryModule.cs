namespace Stoa.Server.Discovery;

/// <summary>Finding people and what they share.</summary>
public static class DiscoveryModule
{
    public static IServiceCollection AddDiscoveryModule(this IServiceCollection services) => services.AddScoped<SearchUsers>();
}
