mod captured_requests;
mod captured_responses;
mod captured_servers;
mod dispatch;
mod hostile;
mod lenient;
mod reports;
mod uncaptured;
