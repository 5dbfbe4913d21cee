using Stoa.Server.Operations.Doors;

namespace Stoa.Server.Operations;

/// <summary>What operators and probes ask: is it alive, is it ready, who did what.</summary>
public static class OperationsModule
{
    public static IServiceCollection AddOperationsModule(this IServiceCollection services) => services
        .AddSingleton<CheckReadiness>()
        .AddScoped<ReadAudit>();

    public static void MapOperations(this IEndpointRouteBuilder routes)
    {
        routes.MapFaces();
        routes.MapAudit();
    }
}
