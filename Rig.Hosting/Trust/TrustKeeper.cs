using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rig.Hosting.Trust.Certificates;

namespace Rig.Hosting.Trust;

/// <summary>Where other machines of the rig answer, besides the authority's: roots of machine ports.</summary>
public delegate IEnumerable<string> MachineNeighbours();

/// <summary>Called when this machine has a new certificate, or when certificates were revoked: connections that stand are to be made again.</summary>
public delegate void TrustChanged();

/// <summary>
/// Keeps an enrolled machine enrolled: asks the authority's machine and its neighbours for revoked certificates, and for a new
/// certificate of its own before the old one ends.
/// </summary>
public sealed class TrustKeeper(RigTrust trust, TimeProvider time, IEnumerable<MachineNeighbours> neighbours, IEnumerable<TrustChanged> changed, ILogger<TrustKeeper> log) : BackgroundService
{
    /// <summary>How soon a revocation reaches a machine that the authority's machine, or one that knows, can be reached from.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    /// <summary>A rig that rests over the winter is renewed when it comes home.</summary>
    private static readonly TimeSpan RenewBefore = TimeSpan.FromDays(240);

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan RenewPause = TimeSpan.FromHours(1);

    private (string Serial, long Revoked)? seen;
    private DateTimeOffset renewNext = DateTimeOffset.MinValue;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Off the thread that starts the program.
        await Task.Yield();
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                await LookAsync(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                // Whatever it was: a background service that fails ends the program, and with it the recording.
                log.LogWarning(e, "The trust folder could not be kept up: {Reason}", e.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>One round: lists, certificate, and what follows from a change.</summary>
    internal async Task LookAsync(CancellationToken cancellationToken)
    {
        if (trust.Current is not { } before)
        {
            return;
        }

        using var http = Client(trust);
        foreach (var url in neighbours.SelectMany(each => each()).Append(trust.Folder.AuthorityUrl?.ToString()).Select(ListUrl).OfType<Uri>().Distinct())
        {
            await TakeListAsync(http, url, cancellationToken);
        }

        var at = time.GetUtcNow();
        if (before.Machine.NotAfter.ToUniversalTime() - RenewBefore < at.UtcDateTime && at >= renewNext)
        {
            renewNext = at + RenewPause;
            if (await RenewAsync(trust, http, time, cancellationToken) is { } why)
            {
                log.LogWarning("This machine's certificate ends on {End:yyyy-MM-dd} and was not renewed: {Why}", before.Machine.NotAfter, why);
            }
        }

        var now = (trust.Current!.Machine.SerialNumber, trust.Current.Revoked?.Number ?? 0);
        var was = seen;
        seen = now;
        if (was is not null && was != now)
        {
            log.LogWarning("Certificates changed: list {Number} of revoked ones. Connections to other machines are made again.", now.Item2);
            foreach (var listener in changed)
            {
                Tell(listener);
            }
        }
    }

    /// <summary>Gets this machine a new key and certificate: from its own authority, or from the authority's machine by the old one.</summary>
    /// <returns>Why not; null when it has them.</returns>
    internal static async Task<string?> RenewAsync(RigTrust trust, HttpClient http, TimeProvider time, CancellationToken cancellationToken)
    {
        var self = trust.Current!.Self;
        var (key, request) = MachineKey.Request(MachineKey.OwnNames());
        if (trust.Folder.HasAuthority)
        {
            using var own = new Issuing(trust.Folder, time).Issue(self, request, replaces: false);
            trust.Folder.KeepMachine(own, key);
            return null;
        }

        if (trust.Folder.AuthorityUrl is not { } url)
        {
            return "It is not known where the authority's machine is. 'trust join' enrols this machine again.";
        }

        try
        {
            using var content = new ByteArrayContent(Encoding.ASCII.GetBytes(request));
            content.Headers.ContentType = new("application/pkcs10");
            using var response = await http.PostAsync(new Uri(url, TrustRoutes.Renew), content, cancellationToken);
            response.EnsureSuccessStatusCode();
            using var certificate = X509Certificate2.CreateFromPem(await response.Content.ReadAsStringAsync(cancellationToken), key);
            if (trust.Identify(certificate, out var why) != self)
            {
                return $"The authority's machine gave a certificate that does not fit. {why}";
            }

            trust.Folder.KeepMachine(certificate, key);
            return null;
        }
        catch (Exception e) when (e is HttpRequestException or System.Security.Cryptography.CryptographicException or ArgumentException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return $"The authority's machine at {url.Authority} gave no certificate: {e.Message}";
        }
    }

    /// <summary>To any machine of the rig.</summary>
    internal static HttpClient Client(RigTrust trust)
    {
        var handler = new SocketsHttpHandler { ConnectTimeout = Timeout };
        handler.UseMachines(trust, _ => true);
        return new HttpClient(handler) { Timeout = Timeout, MaxResponseContentBufferSize = RevocationList.MaxBytes };
    }

    /// <returns>Null for what is no root of a machine port: addresses come from other machines, and one of them may be anybody's by now.</returns>
    private static Uri? ListUrl(string? root) =>
        Uri.TryCreate(root, UriKind.Absolute, out var url) && url.Scheme == Uri.UriSchemeHttps ? new Uri(url, TrustRoutes.Revoked) : null;

    private void Tell(TrustChanged listener)
    {
        try
        {
            listener();
        }
        catch (Exception e)
        {
            log.LogError(e, "Connections to other machines were not all made again");
        }
    }

    private async Task TakeListAsync(HttpClient http, Uri url, CancellationToken cancellationToken)
    {
        try
        {
            trust.Take(await http.GetByteArrayAsync(url, cancellationToken));
        }
        catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            // Switched off, or not reached from here; the next round asks again.
            log.LogDebug("{Url} gave no list of revoked certificates: {Reason}", url, e.Message);
        }
    }
}
