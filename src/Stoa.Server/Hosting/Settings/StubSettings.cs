#pragma warning disable CA1051
using Stoa.Core.Data;
namespace Stoa.Server.Hosting.Settings;
public sealed class StoaSettings
{
    public sealed class T { public string? Secret; public TimeSpan AccessLifetime = TimeSpan.FromMinutes(30); public TimeSpan RefreshLifetime = TimeSpan.FromDays(7); public TimeSpan Skew = TimeSpan.FromSeconds(30); }
    public sealed class P { public int BcryptRounds = 12; public int HashingThreads; public int QueueLength = 64; }
    public sealed class O { public TimeSpan Lease = TimeSpan.FromSeconds(30); public TimeSpan SweepInterval = TimeSpan.FromSeconds(1); }
    public sealed class S { public TimeSpan CacheTime = TimeSpan.FromSeconds(1); }
    public sealed class D { public string Folder = "data"; }
    public T Tokens { get; } = new(); public P Passwords { get; } = new(); public O Outbox { get; } = new(); public S Sessions { get; } = new(); public D Data { get; } = new();
}
