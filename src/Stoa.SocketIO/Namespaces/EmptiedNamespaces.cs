using Stoa.SocketIO.EngineIO;

namespace Stoa.SocketIO.Namespaces;

/// <summary>Dynamic namespaces without clients, kept for as long as the last of those may come back, and no more than a number: their names are made up by clients.</summary>
/// <param name="remove">Removes a namespace unless somebody has been there since: it is given <see cref="SocketNamespace.Exits"/> as it was.</param>
internal sealed class EmptiedNamespaces(SocketIOServer server, Action<SocketNamespace, long> remove) : TimerWheel.Entry
{
    private const int Most = 1_000;
    private readonly Lock _gate = new();
    private readonly Queue<(SocketNamespace Space, long Exits, long Until)> _spaces = new();

    public void Add(SocketNamespace space)
    {
        lock (_gate)
        {
            var until = server.Wheel.Now + server.RecoveryTime;
            _spaces.Enqueue((space, space.Exits, until));
            if (_spaces.Count == 1)
                server.Wheel.Schedule(this, until);
        }

        Sweep(server.Wheel.Now);
    }

    protected internal override void OnDue(long now)
    {
        Sweep(now);
        lock (_gate)
        {
            if (_spaces.TryPeek(out var next))
                server.Wheel.Schedule(this, next.Until);
        }
    }

    private void Sweep(long now)
    {
        while (true)
        {
            (SocketNamespace Space, long Exits, long Until) oldest;
            lock (_gate)
            {
                if (!_spaces.TryPeek(out oldest) || (oldest.Until > now && _spaces.Count <= Most))
                    return;
                _spaces.Dequeue();
            }

            remove(oldest.Space, oldest.Exits);
        }
    }
}
