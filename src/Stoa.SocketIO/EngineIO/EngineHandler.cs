namespace Stoa.SocketIO.EngineIO;

/// <summary>What an application does with one Engine.IO session. One instance per session; calls for one session never overlap, except <see cref="OnClosed"/>.</summary>
public abstract class EngineHandler
{
    /// <summary>The client is connected. Called once, after the open packet was handed to the transport and before any message.</summary>
    public virtual void OnOpened()
    {
    }

    /// <summary>
    /// The session has moved from polling to WebSocket. Called once, before any message that comes over it; must not block.
    /// </summary>
    public virtual void OnUpgraded()
    {
    }

    /// <summary>A text message arrived. Nothing more is read from the client until the task ends (back pressure).</summary>
    /// <param name="text">Valid UTF-8, without the packet type. The memory may be kept.</param>
    public abstract ValueTask OnTextAsync(ReadOnlyMemory<byte> text);

    /// <summary>A binary message arrived. Nothing more is read from the client until the task ends (back pressure).</summary>
    /// <param name="data">The bytes. The memory may be kept.</param>
    public abstract ValueTask OnBinaryAsync(ReadOnlyMemory<byte> data);

    /// <summary>The session is over. Called once, on any thread, possibly while a message is being handled; must not block.</summary>
    public abstract void OnClosed(EngineCloseReason reason);

    /// <summary>The time set with <see cref="EngineSession.SetAlarm"/> has come.</summary>
    internal virtual void OnAlarm()
    {
    }
}
