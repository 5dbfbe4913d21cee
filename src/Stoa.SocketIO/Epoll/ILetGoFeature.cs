namespace Stoa.SocketIO.Epoll;

/// <summary>A connection that the web server can give away: the request that took it over ends, and the socket lives on.</summary>
internal interface ILetGoFeature
{
    /// <summary>Whether the request reads and writes this connection itself.</summary>
    bool CanLetGo { get; }

    /// <summary>
    /// Stops receiving: what had come by then is still to be read, and then the end. When the request has ended and its answer is sent, the socket is
    /// handed over, on a pool thread and without anything of the request's context.
    /// </summary>
    void LetGo(Action<EpollSocket> owner);
}
