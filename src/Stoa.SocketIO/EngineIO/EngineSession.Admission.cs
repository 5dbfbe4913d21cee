namespace Stoa.SocketIO.EngineIO;

/// <summary>A session counts as a stranger's, and may say little, until the application lets it in (<see cref="UnadmittedSessions"/>).</summary>
public sealed partial class EngineSession
{
    private volatile bool _isAdmitted;

    /// <summary>What it is counted with while it is not let in; null: with nothing.</summary>
    internal object? Network { get; init; }

    /// <summary>Its place among those that are not let in; belongs to their list.</summary>
    internal LinkedListNode<EngineSession>? Place { get; set; }

    /// <summary>The largest message it may send now.</summary>
    internal int MaxPayload => _isAdmitted ? _server.Options.MaxPayload : Math.Min(_server.Options.MaxPayload, _server.Options.MaxUnadmittedPayload);

    /// <summary>Whether others wait for its place.</summary>
    internal bool IsCrowded => _server.IsCrowded(this);

    /// <summary>Lets the session in, before its client is told; false when it is over, or had to make room just now.</summary>
    internal bool TryAdmit()
    {
        lock (_gate)
        {
            if (_isAdmitted)
                return true;
            if (_state != State.Open || !_server.TryAdmit(this))
                return false;
            _isAdmitted = true;
            if (_webSocket is { } socket)
                socket.MaxPayload = MaxPayload;
            return true;
        }
    }

    /// <summary>Makes room for others at once: no farewell, no close handshake.</summary>
    internal void Evict()
    {
        Close(EngineCloseReason.TransportClose);
        _webSocket?.Abort();
    }
}
