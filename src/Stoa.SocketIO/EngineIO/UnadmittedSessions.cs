using System.Net;

namespace Stoa.SocketIO.EngineIO;

/// <summary>
/// The sessions of an endpoint that the application has not let in yet: bounded in all and for each network. They are counted apart from those that are in, so that
/// whoever has no right to come in takes no room from those who have. When there are as many as there may be, the oldest makes room: a client that asks to be let in at
/// once is never the oldest for long.
/// </summary>
/// <remarks>Thread-safe; every step is O(1).</remarks>
internal sealed class UnadmittedSessions(EngineOptions options)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<EngineSession> _sessions = new();
    private readonly Dictionary<object, int> _networks = [];

    // Taken before the session is made: of many handshakes at once no more pass than there is room for.
    private int _taken;

    /// <summary>Half of all, or of those of one network, are here: who is not let in soon must go.</summary>
    public bool IsCrowded(object? network)
    {
        lock (_gate)
            return _taken > options.MaxUnadmitted / 2 || (network is not null && _networks.GetValueOrDefault(network) > options.MaxUnadmittedPerNetwork / 2);
    }

    /// <summary>Takes a place; false when the network has all of its own. Give it back with <see cref="Leave"/>.</summary>
    /// <param name="oldest">The session that must close for it; null: none.</param>
    public bool TryTake(IPAddress? address, out object? network, out EngineSession? oldest)
    {
        network = options.NetworkOf(address);
        oldest = null;
        lock (_gate)
        {
            if (network is not null && _networks.GetValueOrDefault(network) >= options.MaxUnadmittedPerNetwork)
                return false;
            if (_taken >= options.MaxUnadmitted)
            {
                // None is there yet that could go: all are being made.
                if (_sessions.First is not { } first)
                    return false;
                oldest = first.Value;
                Remove(oldest);
            }

            _taken++;
            if (network is not null)
                _networks[network] = _networks.GetValueOrDefault(network) + 1;
            return true;
        }
    }

    /// <summary>The session for which the place was taken.</summary>
    public void Add(EngineSession session)
    {
        lock (_gate)
            session.Place = _sessions.AddLast(session);
    }

    /// <summary>Gives the place of a session back, once; false when it has none any more.</summary>
    public bool Leave(EngineSession session)
    {
        lock (_gate)
            return Remove(session);
    }

    /// <summary>Gives a place back for which no session was made.</summary>
    public void GiveBack(object? network)
    {
        lock (_gate)
            Free(network);
    }

    private bool Remove(EngineSession session)
    {
        if (session.Place is not { } place)
            return false;
        session.Place = null;
        _sessions.Remove(place);
        Free(session.Network);
        return true;
    }

    private void Free(object? network)
    {
        _taken--;
        if (network is null)
            return;
        var left = _networks[network] - 1;
        if (left == 0)
            _networks.Remove(network);
        else
            _networks[network] = left;
    }
}
