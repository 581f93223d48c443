mod captured_requests;
mod captured_responses;
mod dispatch;
mod hostile;
mod lenient;
mod reports;
mod uncaptured;
