using System.Text.Json;
using Rig.Hosting.Trust.Certificates;

namespace Rig.Hosting.Trust.Enrolment;

/// <summary>Enrolment without a network: a request and its reply as files.</summary>
public static class EnrolmentFiles
{
    /// <exception cref="InvalidDataException">The request is none, or the authority is not here.</exception>
    public static void Sign(TrustFolder folder, MachineIdentity identity, string requestFile, string replyFile, string? authorityUrl, TimeProvider time) =>
        File.WriteAllText(replyFile, JsonSerializer.Serialize(Enrolling.Answer(folder, identity, File.ReadAllText(requestFile), authorityUrl, time), EnrolmentJson.Default.EnrolmentReply));

    /// <exception cref="InvalidDataException">The reply does not answer this machine's request.</exception>
    public static MachineIdentity Accept(TrustFolder folder, string replyFile)
    {
        var key = folder.ReadRequestKey() ?? throw new InvalidDataException("No request of this machine is waiting for a reply. Begin with 'trust request'.");
        try
        {
            var reply = JsonSerializer.Deserialize(File.ReadAllBytes(replyFile), EnrolmentJson.Default.EnrolmentReply) ?? throw new JsonException();
            var self = Enrolling.Accept(folder, reply, key);
            folder.ForgetRequestKey();
            return self;
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{replyFile} is no reply of 'trust sign'.", e);
        }
    }

    /// <summary>Enrols a machine whose folder is on this one, as a rehearsal needs it.</summary>
    public static void Enrol(TrustFolder authority, TrustFolder machine, MachineIdentity identity, string? authorityUrl, IEnumerable<string> names, TimeProvider time)
    {
        var (key, request) = MachineKey.Request(names);
        Enrolling.Accept(machine, Enrolling.Answer(authority, identity, request, authorityUrl, time), key);
    }
}
