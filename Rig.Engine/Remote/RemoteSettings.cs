using System.Security.Cryptography.X509Certificates;
using Rig.Engine.Configuration;
using Rig.Engine.Remote.Transport;

namespace Rig.Engine.Remote;

/// <summary>The keys under <c>akka.remote</c>; hocon/remote.conf says what each means.</summary>
internal sealed class RemoteSettings
{
    private const string Tcp = "akka.remote.dot-netty.tcp.";

    public RemoteSettings(Config config)
    {
        Hostname = NullIfEmpty(config.GetString(Tcp + "hostname")) ?? "0.0.0.0";
        Port = config.GetInt(Tcp + "port");
        PublicHostname = NullIfEmpty(config.GetString(Tcp + "public-hostname")) ?? Hostname;
        PublicPort = config.GetInt(Tcp + "public-port");
        Backlog = config.GetInt(Tcp + "backlog");
        MaxFrameBytes = checked((int)(config.GetByteSize(Tcp + "maximum-frame-size") ?? 0));
        ConnectionTimeout = config.GetTimeSpan(Tcp + "connection-timeout");
        HandshakeTimeout = config.GetTimeSpan("akka.remote.handshake-timeout");
        MaxBackoff = config.GetTimeSpan("akka.remote.retry-gate-closed-for");
        MinBackoff = config.GetTimeSpan("akka.remote.retry-gate-closed-for-min");
        FlushTimeout = config.GetTimeSpan("akka.remote.flush-wait-on-shutdown");
        OutboundQueueSize = config.GetInt("akka.remote.outbound-message-queue-size");
        ControlQueueSize = config.GetInt("akka.remote.outbound-control-queue-size");
        SystemBufferSize = config.GetInt("akka.remote.system-message-buffer-size");
        MaxHandshakes = config.GetInt("akka.remote.max-pending-handshakes");
        PingInterval = config.GetTimeSpan("akka.remote.transport-failure-detector.heartbeat-interval");
        PingPause = config.GetTimeSpan("akka.remote.transport-failure-detector.acceptable-heartbeat-pause");
        WatchPause = config.GetTimeSpan("akka.remote.watch-failure-detector.acceptable-heartbeat-pause");
        Cookie = config.GetString("akka.remote.cookie") ?? "";
        Tls = config.GetBoolean(Tcp + "enable-ssl") ? ReadTls(config) : null;
        if (MaxFrameBytes < 32 * 1024)
            throw new ArgumentException($"{Tcp}maximum-frame-size is {MaxFrameBytes} bytes; at least 32 KiB are needed.");
        if (PublicHostname == "0.0.0.0")
            throw new ArgumentException($"{Tcp}public-hostname is not set and hostname is 0.0.0.0: set public-hostname to the name by which other nodes reach this one.");
    }

    public string Hostname { get; }

    public int Port { get; }

    public string PublicHostname { get; }

    /// <summary>0: the port that was bound.</summary>
    public int PublicPort { get; }

    public int Backlog { get; }

    public int MaxFrameBytes { get; }

    public TimeSpan ConnectionTimeout { get; }

    public TimeSpan HandshakeTimeout { get; }

    public TimeSpan MinBackoff { get; }

    public TimeSpan MaxBackoff { get; }

    public TimeSpan FlushTimeout { get; }

    public int OutboundQueueSize { get; }

    public int ControlQueueSize { get; }

    public int SystemBufferSize { get; }

    public int MaxHandshakes { get; }

    public TimeSpan PingInterval { get; }

    public TimeSpan PingPause { get; }

    /// <summary>How long a watched system may be silent before its actors are reported dead, where no cluster decides that.</summary>
    public TimeSpan WatchPause { get; }

    public string Cookie { get; }

    public TlsSettings? Tls { get; }

    public TcpSettings TcpSettings => new(Hostname, Port, Backlog, Tls);

    private static TlsSettings ReadTls(Config config)
    {
        const string key = Tcp + "ssl.certificate.";
        var path = NullIfEmpty(config.GetString(key + "path"))
            ?? throw new ArgumentException($"{key}path is not set: name the PKCS #12 file of this node's certificate, or set {Tcp}enable-ssl = off.");
        var trusted = new X509Certificate2Collection();
        if (NullIfEmpty(config.GetString(key + "trusted-path")) is { } authorities)
            trusted.ImportFromPemFile(authorities);
        return new TlsSettings(X509CertificateLoader.LoadPkcs12FromFile(path, config.GetString(key + "password")), trusted);
    }

    private static string? NullIfEmpty(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;
}
