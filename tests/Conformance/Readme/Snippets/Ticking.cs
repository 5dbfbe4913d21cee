using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Stoa.SocketIO;

namespace Stoa.Conformance.Readme;

internal static class Ticking
{
    public static void Add(WebApplicationBuilder builder)
    {
        // README
        builder.Services.AddHostedService<Ticker>();
        // end
    }

    // README
    sealed class Ticker(SocketIOServer io) : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stopping)
        {
            using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
            while (await timer.WaitForNextTickAsync(stopping))
            {
                await io.EmitAsync("tick", DateTimeOffset.UtcNow);
                await io.Of("/chat").To("lobby").EmitAsync("tick", io.ConnectionCount);
            }
        }
    }
    // end
}
