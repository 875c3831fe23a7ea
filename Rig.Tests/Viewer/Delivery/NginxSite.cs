using System.Net;
using System.Net.Sockets;
using Rig.Rehearsal.Demo;
using Rig.Tests.Support;

namespace Rig.Tests.Viewer.Delivery;

/// <summary>A viewer behind nginx with the shipped configuration, by HTTP on loopback ports.</summary>
internal sealed class NginxSite : IAsyncDisposable
{
    private readonly ViewerServer viewer;
    private readonly DemoProcess nginx;
    private readonly TempFolder folder;

    private NginxSite(ViewerServer viewer, DemoProcess nginx, TempFolder folder, Uri address) => (this.viewer, this.nginx, this.folder, Address) = (viewer, nginx, folder, address);

    public Uri Address { get; }

    public static async Task<NginxSite> StartAsync(PostgresFixture postgres)
    {
        var viewer = new ViewerServer(postgres) { Further = new Dictionary<string, string?> { ["Rig:Media:AccelPrefix"] = "/rig-media/" } };
        await viewer.InitializeAsync();
        var folder = new TempFolder("rig-nginx");
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        await File.WriteAllTextAsync(folder.File("nginx.conf"), Configuration(folder.Path, viewer, port));
        var nginx = DemoProcess.StartOther("nginx", "/usr/sbin/nginx", ["-e", folder.File("error.log"), "-c", folder.File("nginx.conf")], new Dictionary<string, string>(), folder.Path);
        await Eventually.HoldsAsync(
            async () =>
            {
                using var probe = new TcpClient();
                return await probe.ConnectAsync(IPAddress.Loopback, port).ContinueWith(connecting => connecting.IsCompletedSuccessfully, TaskScheduler.Default);
            },
            () => File.Exists(folder.File("error.log")) ? File.ReadAllText(folder.File("error.log")) : "nginx said nothing.");
        return new NginxSite(viewer, nginx, folder, new Uri($"http://127.0.0.1:{port}"));
    }

    public HttpClient Client() => Client(out _);

    public HttpClient Client(out CookieContainer jar) =>
        new(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = jar = new CookieContainer() }) { BaseAddress = Address };

    public async ValueTask DisposeAsync()
    {
        await nginx.DisposeAsync();
        await viewer.DisposeAsync();
        folder.Dispose();
    }

    /// <summary>The shipped file with a test's places in it, as part of a whole configuration.</summary>
    private static string Configuration(string folder, ViewerServer viewer, int port)
    {
        var shipped = File.ReadAllLines(Checkout.File("scripts/nginx/rig-viewer.conf")).Where(line => !line.TrimStart().StartsWith("ssl_", StringComparison.Ordinal));
        var site = string.Join('\n', shipped)
            .Replace("127.0.0.1:8090", viewer.Address.Authority, StringComparison.Ordinal)
            .Replace("listen 443 ssl;", $"listen 127.0.0.1:{port};", StringComparison.Ordinal)
            .Replace("/var/cache/nginx/rig-viewer", folder + "/cache", StringComparison.Ordinal)
            .Replace("/var/lib/rig-viewer", viewer.MediaPath, StringComparison.Ordinal);
        return $$"""
            daemon off; worker_processes 1; pid {{folder}}/nginx.pid; error_log {{folder}}/error.log; {{(Environment.UserName == "root" ? "user root;" : "")}}
            events { }
            http {
              access_log off; client_body_temp_path {{folder}}/t0; proxy_temp_path {{folder}}/t1; fastcgi_temp_path {{folder}}/t2; uwsgi_temp_path {{folder}}/t3; scgi_temp_path {{folder}}/t4;
              {{site}}
            }
            """;
    }
}
