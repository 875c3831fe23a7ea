using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Rig.Hosting.Http;
using Rig.Hosting.Trust.Certificates;

namespace Rig.Hosting.Trust.Enrolment;

/// <summary>How an invitation ended.</summary>
public enum InvitationEnd
{
    Joined,
    TimedOut,

    /// <summary>Too many wrong codes came.</summary>
    Guessed,
}

/// <summary>
/// An open door for one machine: a port of its own that is there only as long as the invitation is, by TLS with this machine's
/// certificate. Code, port and chance end with the first machine that joins, after some minutes, or after a few wrong codes.
/// </summary>
public sealed class Invitation : IAsyncDisposable
{
    public const int DefaultPort = 8444;

    private const int MaxWrong = 5;
    private const int MaxBodyBytes = 16 * 1024;

    private readonly TaskCompletionSource<InvitationEnd> end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock gate = new();
    private readonly TrustFolder folder;
    private readonly MachineIdentity identity;
    private readonly int machinePort;
    private readonly TimeProvider time;
    private readonly WebApplication app;
    private readonly ITimer timer;
    private bool used;
    private int wrong;

    private Invitation(TrustFolder folder, MachineIdentity identity, int port, int machinePort, TimeSpan lifetime, TimeProvider time)
    {
        (this.folder, this.identity, this.machinePort, this.time) = (folder, identity, machinePort, time);
        using var authority = folder.ReadAuthority();
        Code = InviteCode.For(authority);
        var certificate = folder.ReadMachine();
        var authorityDer = authority.RawData;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxBodyBytes;
            kestrel.ListenAnyIP(port, listen => listen.UseHttps(certificate));
        });
        app = builder.Build();
        app.MapGetAndHead("/authority", () => Results.Bytes(authorityDer, "application/x-x509-ca-cert"));
        app.MapPost("/join", (Delegate)JoinAsync);
        timer = time.CreateTimer(_ => end.TrySetResult(InvitationEnd.TimedOut), null, lifetime, Timeout.InfiniteTimeSpan);
    }

    public InviteCode Code { get; }

    public Task<InvitationEnd> Ended => end.Task;

    /// <summary>Where it listens.</summary>
    public int Port => new Uri(app.Urls.First()).Port;

    /// <param name="identity">Who the machine that comes will be; it cannot choose.</param>
    /// <exception cref="InvalidDataException">The authority is not on this machine.</exception>
    /// <exception cref="IOException">The port is in use.</exception>
    public static async Task<Invitation> OpenAsync(TrustFolder folder, MachineIdentity identity, int port, int machinePort, TimeSpan lifetime, TimeProvider time, CancellationToken cancellationToken)
    {
        using (folder.OpenAuthority(time))
        {
            // Only whether it is here.
        }

        var invitation = new Invitation(folder, identity, port, machinePort, lifetime, time);
        await invitation.app.StartAsync(cancellationToken);
        return invitation;
    }

    public async ValueTask DisposeAsync()
    {
        await timer.DisposeAsync();
        await app.DisposeAsync();
    }

    private async Task<IResult> JoinAsync(HttpContext context)
    {
        JoinRequest? asked = null;
        try
        {
            asked = await JsonSerializer.DeserializeAsync(context.Request.Body, EnrolmentJson.Default.JoinRequest, context.RequestAborted);
        }
        catch (JsonException)
        {
            // As a wrong code.
        }

        lock (gate)
        {
            if (used || end.Task.IsCompleted)
            {
                return Refuse("This invitation is over. Make a new one with 'trust invite'.");
            }

            if (asked is null || !CryptographicOperations.FixedTimeEquals(asked.Secret, Code.Secret))
            {
                if (++wrong >= MaxWrong)
                {
                    end.TrySetResult(InvitationEnd.Guessed);
                }

                return Refuse("The code is wrong, or was used already.");
            }

            try
            {
                var host = context.Connection.LocalIpAddress is { IsIPv4MappedToIPv6: true } mapped ? mapped.MapToIPv4() : context.Connection.LocalIpAddress!;
                var reply = Enrolling.Answer(folder, identity, asked.Request, $"https://{new System.Net.IPEndPoint(host, machinePort)}", time);
                context.Response.OnCompleted(() =>
                {
                    end.TrySetResult(InvitationEnd.Joined);
                    return Task.CompletedTask;
                });
                used = true;
                return Results.Text(JsonSerializer.Serialize(reply, EnrolmentJson.Default.EnrolmentReply), "application/json");
            }
            catch (InvalidDataException refused)
            {
                return Refuse(refused.Message);
            }
        }
    }

    private static IResult Refuse(string error) =>
        Results.Text(JsonSerializer.Serialize(new JoinRefusal(error), EnrolmentJson.Default.JoinRefusal), "application/json", statusCode: StatusCodes.Status403Forbidden);
}
