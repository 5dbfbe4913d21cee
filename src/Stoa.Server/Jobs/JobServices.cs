using Stoa.Core.Accounts;
using Stoa.Core.Conversations;
using Stoa.Core.Data;
using Stoa.Core.Outbox;
using Stoa.Server.Hosting.Settings;

namespace Stoa.Server.Jobs;

/// <summary>Registers the outbox and what runs in the background.</summary>
public static class JobServices
{
    public static IServiceCollection AddJobs(this IServiceCollection services, StoaSettings settings)
    {
        services.AddSingleton(new OutboxFeed(NodeName(), settings.Outbox.Lease));
        services.AddScoped<OutboxWriter>();
        services.AddScoped<AccountRights>();
        services.AddScoped<PhoneBinding>();
        services.AddSingleton<MessageLog>();
        services.AddSingleton(new OutboxRoutes()
            .Add<MessagesAppended>().Add<MessagesRead>().Add<MessageEdited>().Add<MessageErased>()
            .Add<SessionsEnded>().Add<RightsChanged>()
            .Complete());
        if (settings.Database.Target.Kind == DatabaseKind.Sqlite)
            services.AddHostedService(p => ActivatorUtilities.CreateInstance<KeepSqliteLogShort>(p, settings.Database.Target));
        services.AddHostedService(p => ActivatorUtilities.CreateInstance<OutboxDispatcher>(p, settings.Outbox.SweepInterval));
        return services;
    }

    /// <summary>Readable in the table, and unique even when machine names and process ids repeat.</summary>
    private static string NodeName()
    {
        var machine = Environment.MachineName;
        return $"{machine[..Math.Min(20, machine.Length)]}-{Environment.ProcessId}-{Guid.NewGuid().ToString("N")[..8]}";
    }
}
